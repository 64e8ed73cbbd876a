import { spawn } from "node:child_process";
import { access, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../model/failure.ts";
import { createMachine, type MachineOptions } from "./create-machine.ts";
import { machineState } from "./find-machine.ts";
import type { LocalMachine } from "./machine-record.ts";
import { isMissing } from "./missing.ts";
import { networkCommand } from "./network-record.ts";
import { nspawnArguments } from "./nspawn-arguments.ts";
import { until } from "./until.ts";

const supervisor = fileURLToPath(new URL("./supervise-machine.sh", import.meta.url));

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Path of the file with what a machine printed on its console, and what its supervisor said. */
export function consoleFile(machine: LocalMachine): string {
  return join(machine.folder, "console.log");
}

/** The last lines of a machine's console. */
export async function consoleTail(machine: LocalMachine, count = 12): Promise<string[]> {
  const text = await readFile(consoleFile(machine), "utf8");
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

/** Gives the command that runs a machine, as an argument vector. */
function supervisorCommand(machine: LocalMachine, computer: { fuse: boolean; systemd: boolean }): string[] {
  const group = `fediversity-${machine.id}`;
  return [
    // A scope of its own keeps the machine when the session that started it ends (systemd-run(1)).
    ...(computer.systemd
      ? ["systemd-run", "--scope", "--quiet", "--collect", "--property=Delegate=yes", `--unit=${group}`, "--"]
      : []),
    ...networkCommand(machine.network),
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "--",
    "sh",
    supervisor,
    machine.folder,
    machine.image,
    group,
    machine.memory === undefined ? "" : String(machine.memory),
    ...nspawnArguments(machine, computer.fuse),
  ];
}

/**
 * Boots a machine that was made. It outlives this program. Does nothing when it runs.
 * @throws Failure `machine-did-not-start` with the last lines of its console
 */
export async function bootMachine(machine: LocalMachine): Promise<void> {
  if ((await machineState(machine)).kind === "running") return;
  await rm(join(machine.folder, "supervisor"), { force: true });
  const computer = { fuse: await exists("/dev/fuse"), systemd: await exists("/run/systemd/system") };
  const log = await open(consoleFile(machine), "a", 0o600);
  const [command = "sh", ...args] = supervisorCommand(machine, computer);
  const child = spawn(command, args, { detached: true, stdio: ["ignore", log.fd, log.fd] });
  const ended = new Promise<"ended">((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => {
      resolve("ended");
    });
  });
  child.unref();
  try {
    const started = until(
      async () => ((await machineState(machine)).kind === "running" ? ("running" as const) : undefined),
      {
        timeout: 10_000,
        interval: 5,
      },
    );
    if ((await Promise.race([started, ended])) === "running") return;
  } finally {
    await log.close();
  }
  throw await notStarted(machine, "its supervisor ended at once");
}

/** The failure of a machine that ended instead of starting, with the last lines of its console. */
export async function notStarted(machine: LocalMachine, found: string): Promise<Failure> {
  return new Failure({
    code: "machine-did-not-start",
    attempted: `start machine ${machine.name}`,
    subject: machine.name,
    found,
    next: `Read the lines of its console in ${consoleFile(machine)}.`,
    details: await consoleTail(machine),
  });
}

/**
 * Makes a machine when its folder holds none, and boots it when it does not run.
 * @throws Failure as {@link createMachine} and {@link bootMachine}
 */
export async function startMachine(options: MachineOptions): Promise<LocalMachine> {
  const machine = await createMachine(options);
  await bootMachine(machine);
  return machine;
}
