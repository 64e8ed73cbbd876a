import { readFile, readdir, rm, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { releaseAddress } from "./address-book.ts";
import { controlGroup, machineState, type MachineState } from "./find-machine.ts";
import type { LocalMachine } from "./machine-record.ts";
import { isMissing } from "./missing.ts";
import { signalProcess } from "./process-identity.ts";
import { until } from "./until.ts";

// systemd(1), SIGNALS: SIGRTMIN+4 powers off and SIGRTMIN+5 reboots; SIGRTMIN is 34 with glibc.
const powerOff = 38;
const reboot = 39;

async function awaitEnd(machine: LocalMachine, timeout: number): Promise<boolean> {
  const ended = async (): Promise<true | undefined> =>
    (await machineState(machine)).kind === "stopped" ? true : undefined;
  return (await until(ended, { timeout })) ?? false;
}

async function removeGroups(folder: string): Promise<void> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries) if (entry.isDirectory()) await removeGroups(join(folder, entry.name));
    await rmdir(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Ends whatever is left in the control groups of a machine and removes them. */
async function clearControlGroups(machine: LocalMachine): Promise<void> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  const unified = mounts.find((fields) => fields[2] === "cgroup2")?.[1];
  const group = await controlGroup(machine);
  if (unified !== undefined && group !== undefined) {
    const folder = join(unified, group);
    await endGroup(folder);
    await removeGroups(folder);
  }
  await removeGroups(join("/sys/fs/cgroup/memory", `fediversity-${machine.id}`));
}

/** Kills every process of a control group at once (cgroups v2, cgroup.kill) and awaits their end. */
async function endGroup(folder: string): Promise<void> {
  const empty = async (): Promise<true | undefined> =>
    (await readFile(join(folder, "cgroup.events"), "utf8")).includes("populated 0") ? true : undefined;
  try {
    if ((await empty()) === true) return;
    await writeFile(join(folder, "cgroup.kill"), "1");
    await until(empty, { timeout: 5000 });
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** Waits for a machine's end while killing whatever it starts. */
async function killUntilEnded(machine: LocalMachine, timeout: number): Promise<boolean> {
  const ended = async (): Promise<true | undefined> => {
    const state = await machineState(machine);
    if (state.kind === "stopped") return true;
    if (state.leader !== undefined) await signalProcess(state.leader, "SIGKILL");
    return undefined;
  };
  return (await until(ended, { timeout })) ?? false;
}

/**
 * Stops a machine as if its power failed: every process in it is killed at once. Does nothing when it does not run.
 * @throws Failure `machine-does-not-stop`
 */
export async function killMachine(machine: LocalMachine): Promise<void> {
  const ended = await killUntilEnded(machine, 3000);
  await clearControlGroups(machine);
  if (ended || (await killUntilEnded(machine, 3000))) return;
  throw new Failure({
    code: "machine-does-not-stop",
    attempted: `stop machine ${machine.name}`,
    subject: machine.name,
    found: "its processes are still there some seconds after SIGKILL",
    next: "Look at them with `ps`: they may wait for a disk.",
  });
}

/**
 * Shuts a machine down from inside, as `poweroff` does, and kills it when that takes too long.
 * @param timeout milliseconds; 20,000 when not given
 * @throws Failure `machine-does-not-stop`
 */
export async function stopMachine(machine: LocalMachine, timeout = 20_000): Promise<void> {
  const state = await machineState(machine);
  if (state.kind === "running" && state.leader !== undefined) await signalProcess(state.leader, powerOff);
  if (state.kind === "running") await awaitEnd(machine, timeout);
  await killMachine(machine);
}

/**
 * Reboots a machine from inside, as `reboot` does.
 * @returns when the new PID 1 is there, which is before it can be reached
 * @throws Failure `machine-not-running`, `machine-does-not-stop`
 */
export async function rebootMachine(machine: LocalMachine, timeout = 30_000): Promise<void> {
  const before = await machineState(machine);
  const failure = (code: string, found: string): Failure =>
    new Failure({
      code,
      attempted: `reboot machine ${machine.name}`,
      subject: machine.name,
      found,
      next: "Look at the end of its console and journal.",
    });
  if (before.kind === "stopped" || before.leader === undefined) {
    throw failure("machine-not-running", "the machine does not run");
  }
  const old = before.leader;
  await signalProcess(old, reboot);
  const renewed = async (): Promise<MachineState | undefined> => {
    const now = await machineState(machine);
    return now.kind === "stopped" || (now.leader !== undefined && now.leader.pid !== old.pid) ? now : undefined;
  };
  const after = await until(renewed, { timeout });
  if (after === undefined) throw failure("machine-does-not-stop", `it still ran after ${String(timeout / 1000)} s`);
  if (after.kind === "stopped") throw failure("machine-not-running", "it ended instead of starting again");
}

/**
 * Stops a machine, hard, and deletes everything that belongs to it, also when it was only half made.
 * @throws Failure `machine-does-not-stop`
 */
export async function removeMachine(machine: LocalMachine): Promise<void> {
  await killMachine(machine);
  await releaseAddress(machine.network, machine.name);
  await rm(machine.folder, { recursive: true, force: true });
}
