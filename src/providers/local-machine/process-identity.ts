import { readFile } from "node:fs/promises";
import { isMissing } from "./missing.ts";

/** One process for ever: a pid alone may be given to another process later, or after a reboot. */
export interface ProcessIdentity {
  /** /proc/sys/kernel/random/boot_id of the computer's boot in which the process was started. */
  readonly bootId: string;
  readonly pid: number;
  /** Clock ticks between that boot and the start of the process (proc_pid_stat(5), field 22). */
  readonly startTime: string;
}

/**
 * Reads the pid and the start time out of a line of /proc/PID/stat. The second field is the command's name in
 * parentheses and may itself hold spaces and parentheses (proc_pid_stat(5)).
 * @returns undefined when the line is not whole
 */
export function parseProcessStat(line: string): { readonly pid: number; readonly startTime: string } | undefined {
  const pid = Number(line.slice(0, line.indexOf(" ")));
  const startTime = line
    .slice(line.lastIndexOf(")") + 2)
    .trim()
    .split(" ")[19];
  return Number.isInteger(pid) && pid > 0 && startTime !== undefined ? { pid, startTime } : undefined;
}

/** The state letter of a process (proc_pid_stat(5), field 3): `Z` is one that has ended and was not yet waited for. */
function stateOf(line: string): string {
  return line.slice(line.lastIndexOf(")") + 2, line.lastIndexOf(")") + 3);
}

/**
 * Reads a file that holds a boot id and, on its second line, a line of /proc/PID/stat.
 * @returns undefined when there is no such file or it is not whole
 */
export async function readIdentityFile(path: string): Promise<ProcessIdentity | undefined> {
  try {
    const [bootId, stat] = (await readFile(path, "utf8")).split("\n");
    const parsed = parseProcessStat(stat ?? "");
    return bootId === undefined || parsed === undefined ? undefined : { bootId, ...parsed };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}

/**
 * Gives the identity of a running process.
 * @returns undefined when no process has that pid
 */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  try {
    const line = await readFile(`/proc/${String(pid)}/stat`, "utf8");
    const parsed = parseProcessStat(line);
    return parsed === undefined || stateOf(line) === "Z" ? undefined : { bootId: await bootId(), ...parsed };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Tells whether exactly this process still runs. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(identity.pid);
  return now?.startTime === identity.startTime && now.bootId === identity.bootId;
}

/**
 * Sends a signal to exactly this process.
 * @returns whether it was there to be signalled
 */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals | number): Promise<boolean> {
  if (!(await isAlive(identity))) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
