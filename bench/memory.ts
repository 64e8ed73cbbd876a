import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { Failure } from "../src/model/failure.ts";

/** A process that the kernel may have ended meanwhile reads as nothing. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** The parent out of a /proc/PID/stat: proc_pid_stat(5). Pure. */
export function parentIn(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0);
}

/** The proportional set size in bytes out of a /proc/PID/smaps_rollup: memory that n processes share counts 1/n. Pure. */
export function proportionalIn(smaps: string): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(smaps)?.[1] ?? 0) * 1024;
}

/** The proportional set size in bytes of one process; 0 when it has ended. */
export function memoryOf(process: number): number {
  return proportionalIn(read(`/proc/${String(process)}/smaps_rollup`));
}

/** Adds to a set of processes the children that any of them has now, and theirs. */
function grow(members: Set<number>): void {
  const parents = new Map(
    readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), parentIn(read(`/proc/${name}/stat`))]),
  );
  for (const member of members) if (!parents.has(member)) members.delete(member);
  let before = -1;
  while (before !== members.size) {
    before = members.size;
    for (const [process, parent] of parents) if (members.has(parent)) members.add(process);
  }
}

const interval = 50;

/**
 * Runs a command that has to succeed and gives the most memory in bytes that it and all its descendants held at one
 * time, also those that went into the background: the sum of their proportional set sizes, looked at every 50 ms.
 * @throws Failure `bench-command`
 */
export async function peakMemory(
  [command = "", ...args]: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly cwd: string; readonly signal: AbortSignal },
): Promise<number> {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "ignore", "ignore"] });
  const members = new Set<number>([child.pid ?? 0]);
  let peak = 0;
  const look = setInterval(() => {
    grow(members);
    const sizes = [...members].map((member) => memoryOf(member));
    peak = Math.max(
      peak,
      sizes.reduce((sum, size) => sum + size, 0),
    );
  }, interval);
  try {
    const [code] = (await once(child, "close")) as [number | null];
    if (code === 0) return peak;
    throw new Failure({
      code: "bench-command",
      attempted: `measure the memory of ${[command, ...args].join(" ")}`,
      subject: command,
      found: `it ended with exit code ${String(code)}`,
      next: "Run it by hand and read what it prints.",
    });
  } finally {
    clearInterval(look);
  }
}
