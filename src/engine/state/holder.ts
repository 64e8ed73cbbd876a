import { readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { z } from "zod";
import { errorCode } from "./disk.ts";

/** Who holds a lease: enough to tell people whom to ask, and to tell whether the process still lives. */
export const Holder = z.object({
  user: z.string(),
  host: z.string(),
  /** machine-id(5), which two computers of the same host name do not share. */
  machine: z.string(),
  /** Changes when the computer starts (random(4), boot_id). */
  boot: z.string(),
  /** Process ids mean something only within their namespace (pid_namespaces(7)). */
  pids: z.string(),
  pid: z.int(),
  /** When the process started, in clock ticks since the computer started (proc_pid_stat(5), field 22). */
  started: z.string(),
});
export type Holder = z.infer<typeof Holder>;

function content(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return "";
  }
}

function startOf(pid: number): string | undefined {
  const stat = content(`/proc/${String(pid)}/stat`);
  // The second field is the command's name in parentheses, which may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; only its parent has not asked how.
  return fields[0] === "Z" ? undefined : fields[19];
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in passwd(5), as containers have it.
    return `uid ${String(process.getuid?.() ?? "unknown")}`;
  }
}

/** Describes this process. */
export function thisProcess(): Holder {
  return {
    user: userName(),
    host: hostname(),
    machine: content("/etc/machine-id"),
    boot: content("/proc/sys/kernel/random/boot_id"),
    pids: readlinkSync("/proc/self/ns/pid"),
    pid: process.pid,
    started: startOf(process.pid) ?? "",
  };
}

/**
 * Tells whether the process of a holder lives, as far as `self` can know: `unknown` for one on another computer or in
 * another container.
 */
export function vitality(holder: Holder, self: Holder): "alive" | "dead" | "unknown" {
  if (holder.host !== self.host || holder.machine !== self.machine) return "unknown";
  if (holder.boot !== self.boot) return "dead";
  if (holder.pids !== self.pids) return "unknown";
  return startOf(holder.pid) === holder.started ? "alive" : "dead";
}

/** Names a holder for people. */
export function nameOf(holder: Holder): string {
  return `${holder.user}@${holder.host}, process ${String(holder.pid)}`;
}
