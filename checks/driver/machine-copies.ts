import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { Failure } from "../../src/model/failure.ts";
import { machineCommand, machineEnvironment } from "../../src/providers/local-machine/exec-in-machine.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { runOk } from "../../src/providers/process/run.ts";
import type { TestMachine } from "./test-machine.ts";

type Copies = Pick<TestMachine, "readFile" | "writeFile" | "copyFromHost" | "copyFromMachine">;

const put =
  'set -eu; mkdir -p -- "$(dirname -- "$1")"; umask 077; cat >"$1.new"; chmod "$2" "$1.new"; mv -f -- "$1.new" "$1"';
const unpackFolder = 'set -eu; mkdir -p -- "$1"; exec tar -x -C "$1"';
const unpackFile = 'set -eu; mkdir -p -- "$(dirname -- "$1")"; exec tar -x -O >"$1"';

function ended(child: ChildProcess, said: Buffer[]): Promise<void> {
  child.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else {
        reject(
          new Failure({
            code: "check-copy",
            attempted: "copy files between a machine and this computer",
            found: `${child.spawnargs[0] ?? "a command"} ended with exit code ${String(code)}`,
            next: "Look whether the file exists and the disk has room.",
            details: Buffer.concat(said).toString("utf8").trimEnd().split("\n").slice(-12),
          }),
        );
      }
    });
  });
}

/** Runs two commands with the output of the first as the input of the second. */
async function pipe(from: readonly string[], to: readonly string[]): Promise<void> {
  const [reader = "", ...readerArguments] = from;
  const [writer = "", ...writerArguments] = to;
  const source = spawn(reader, readerArguments, { env: machineEnvironment, stdio: ["ignore", "pipe", "pipe"] });
  const target = spawn(writer, writerArguments, { env: machineEnvironment, stdio: ["pipe", "ignore", "pipe"] });
  const said: Buffer[] = [];
  // A reader may end before it has read everything; the exit codes tell the story.
  target.stdin.on("error", () => source.stdout.destroy());
  source.stdout.pipe(target.stdin);
  await Promise.all([ended(source, said), ended(target, said)]);
}

/** The part of a test machine's vocabulary that moves files. */
export function machineCopies(local: () => LocalMachine, succeed: TestMachine["succeed"]): Copies {
  return {
    readFile: (path) => succeed(["cat", "--", path]),
    async writeFile(path, content, mode = 0o644) {
      await succeed(["sh", "-c", put, "sh", path, mode.toString(8)], { input: content });
    },
    async copyFromHost(source, target) {
      const folder = (await stat(source)).isDirectory();
      const pack = folder ? ["tar", "-C", source, "-c", "."] : ["tar", "-C", dirname(source), "-c", basename(source)];
      const unpack = ["sh", "-c", folder ? unpackFolder : unpackFile, "sh", target];
      await pipe(pack, await machineCommand(local(), unpack));
    },
    async copyFromMachine(source, target) {
      const folder = (await succeed(["stat", "--format=%F", "--", source])).trim() === "directory";
      const pack = folder ? ["tar", "-C", source, "-c", "."] : ["tar", "-C", dirname(source), "-c", basename(source)];
      await mkdir(folder ? target : dirname(target), { recursive: true });
      const unpack = folder ? ["tar", "-x", "-C", target] : ["tar", "-x", "-C", dirname(target)];
      await pipe(await machineCommand(local(), pack), unpack);
      if (!folder && basename(source) !== basename(target)) {
        await runOk("mv", ["-f", "--", `${dirname(target)}/${basename(source)}`, target]);
      }
    },
  };
}
