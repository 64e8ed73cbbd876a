import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { machineState } from "../../src/providers/local-machine/find-machine.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { consoleFile } from "../../src/providers/local-machine/start-machine.ts";
import { run } from "../../src/providers/process/run.ts";

// A machine's own disk is an image that only the machine mounts; when it is off, it is mounted for a moment and
// for these two commands only.
const fromDisk = [
  'mount -t ext4 -o loop,ro "$1/disk.ext4" "$1/layer"',
  'journalctl --no-pager --output=short-precise --directory="$1/layer/upper/var/log/journal" >"$2/journal.txt"',
  'ls -lR "$1/layer/upper/var/lib/fediversity" >"$2/var-lib-fediversity.txt" 2>&1',
].join("; ");

async function keepFromFolder(root: string, target: string): Promise<void> {
  const journal = await run("journalctl", [
    "--no-pager",
    "--output=short-precise",
    `--directory=${join(root, "var/log/journal")}`,
  ]);
  await writeFile(join(target, "journal.txt"), journal.stdout + journal.stderr);
  const listing = await run("ls", ["-lR", join(root, "var/lib/fediversity")]);
  await writeFile(join(target, "var-lib-fediversity.txt"), listing.stdout + listing.stderr);
}

/**
 * Keeps what tells how a machine came to be as it is: its console, its journal and the list of what the product
 * keeps in it, whether it runs or not.
 * @param target folder that takes the files
 */
export async function keepLogs(machine: LocalMachine, target: string): Promise<void> {
  await mkdir(target, { recursive: true });
  await copyFile(consoleFile(machine), join(target, "console.txt"));
  const state = await machineState(machine);
  if (state.kind === "running") {
    // Only the machine's supervisor sees the disk that it mounted.
    await keepFromFolder(join(`/proc/${String(state.supervisor.pid)}/root`, machine.folder, "root"), target);
  } else if (machine.disk !== undefined) {
    await run("unshare", ["--mount", "--", "sh", "-c", fromDisk, "sh", machine.folder, target]);
  } else {
    await keepFromFolder(join(machine.folder, "layer/upper"), target);
  }
}
