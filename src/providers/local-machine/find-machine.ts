import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readMachine, type LocalMachine } from "./machine-record.ts";
import { isMissing } from "./missing.ts";
import { identityOf, isAlive, readIdentityFile, type ProcessIdentity } from "./process-identity.ts";

/** Whether a machine runs, and the processes that it is. */
export type MachineState =
  | { readonly kind: "stopped" }
  | {
      readonly kind: "running";
      readonly supervisor: ProcessIdentity;
      /** The machine's PID 1 as this computer sees it; missing for a moment while the machine starts. */
      readonly leader?: ProcessIdentity | undefined;
    };

/** Tells from /proc/PID/status whether a process is PID 1 of a PID namespace below ours (proc_pid_status(5), NSpid). */
export function isLeader(status: string): boolean {
  return /^NSpid:(\t\d+)*\t\d+\t1$/m.test(status);
}

async function leaderBelow(nspawn: ProcessIdentity): Promise<ProcessIdentity | undefined> {
  const pid = String(nspawn.pid);
  try {
    const children = (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")).trim().split(" ");
    for (const child of children.filter((word) => word !== "")) {
      if (isLeader(await readFile(`/proc/${child}/status`, "utf8"))) return await identityOf(Number(child));
    }
    return undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Gives the path of a machine's control group below the root of the unified hierarchy.
 * @returns undefined when the machine was never started
 */
export async function controlGroup(machine: LocalMachine): Promise<string | undefined> {
  try {
    return (await readFile(join(machine.folder, "group"), "utf8")).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Looks whether a machine runs. */
export async function machineState(machine: LocalMachine): Promise<MachineState> {
  const supervisor = await readIdentityFile(join(machine.folder, "supervisor"));
  if (supervisor === undefined || !(await isAlive(supervisor))) return { kind: "stopped" };
  const nspawn = await readIdentityFile(join(machine.folder, "nspawn"));
  const leader = nspawn !== undefined && (await isAlive(nspawn)) ? await leaderBelow(nspawn) : undefined;
  return { kind: "running", supervisor, ...(leader === undefined ? {} : { leader }) };
}

/**
 * Finds a machine again by its folder.
 * @returns undefined when the folder holds no machine
 */
export async function findMachine(
  folder: string,
): Promise<{ readonly machine: LocalMachine; readonly state: MachineState } | undefined> {
  const machine = await readMachine(folder);
  return machine === undefined ? undefined : { machine, state: await machineState(machine) };
}
