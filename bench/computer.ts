import { readFile } from "node:fs/promises";
import { cpus, loadavg, release, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../src/providers/process/run.ts";

/** The computer that measures, and on which the machines run too. */
export interface Computer {
  readonly processors: number;
  readonly processor: string;
  /** Bytes. */
  readonly memory: number;
  readonly system: string;
  readonly kernel: string;
  readonly node: string;
  readonly ssh: string;
}

/** The part of the time, 0 to 1, in which the processors worked between two first lines of /proc/stat: proc_stat(5). Pure. */
export function busyBetween(before: string, after: string): number {
  const times = (text: string): number[] => (text.split("\n")[0] ?? "").trim().split(/\s+/).slice(1, 9).map(Number);
  const first = times(before);
  const passed = times(after).map((time, index) => time - (first[index] ?? 0));
  const all = passed.reduce((sum, time) => sum + time, 0);
  // The fourth and fifth are idle and waiting for disks.
  return all === 0 ? 0 : 1 - ((passed[3] ?? 0) + (passed[4] ?? 0)) / all;
}

/** How much this computer has to do already. */
export interface Load {
  /** Processes that wanted to run in the last minute, on average. */
  readonly average: number;
  /** The part of the time, 0 to 1, in which the processors worked in the last two seconds. */
  readonly busy: number;
}

/** Looks for two seconds at how much this computer has to do. */
export async function lookAtLoad(): Promise<Load> {
  const before = await readFile("/proc/stat", "utf8");
  await sleep(2000);
  const after = await readFile("/proc/stat", "utf8");
  return { average: loadavg()[0] ?? 0, busy: busyBetween(before, after) };
}

/** Why measurements would be of little worth now; undefined when they would not. Pure. */
export function loadWarning({ average, busy }: Load, processors: number): string | undefined {
  if (average < processors / 2 && busy < 0.2) return undefined;
  return `this computer is busy: load average ${average.toFixed(1)} on ${String(processors)} processors, ${String(Math.round(busy * 100))} % of the time at work; ratios suffer less than seconds, but both suffer`;
}

/** Describes this computer. */
export async function describeComputer(): Promise<Computer> {
  const osRelease = await readFile("/etc/os-release", "utf8");
  const ssh = await run("ssh", ["-V"]);
  return {
    processors: cpus().length,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memory: totalmem(),
    system: /^PRETTY_NAME="(.*)"$/m.exec(osRelease)?.[1] ?? "unknown",
    kernel: release(),
    node: process.versions.node,
    ssh: ssh.stderr.split(",")[0] ?? "unknown",
  };
}
