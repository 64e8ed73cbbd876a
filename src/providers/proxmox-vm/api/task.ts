import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../../model/failure.ts";
import type { Call } from "./api.ts";
import { readRefusal, refusalFailure, type Attempt } from "./failure.ts";

/** Says how far a task is. */
export type OnProgress = (detail: { readonly text?: string; readonly done?: number; readonly total?: number }) => void;

/** The node on which a task runs, from its id. */
export function nodeOf(upid: string): string {
  return upid.split(":")[1] ?? "";
}

const units: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** Reads how far a task is out of a line of its log, such as `transferred 1.2 GiB of 3.0 GiB (40.00%)`. */
export function progressOf(line: string): { readonly text: string; readonly done?: number; readonly total?: number } {
  const match = /transferred ([\d.]+) ([KMGT]?i?B) of ([\d.]+) ([KMGT]?i?B)/.exec(line);
  if (match === null) return { text: line };
  const [, done, doneUnit = "", total, totalUnit = ""] = match;
  const bytes = (value: string | undefined, unit: string): number => Math.round(Number(value) * (units[unit] ?? 1));
  return { text: line, done: bytes(done, doneUnit), total: bytes(total, totalUnit) };
}

/** How a task ended that did not end well. */
function taskFailure(exit: string, log: readonly string[], upid: string, attempt: Attempt): Failure {
  const last = log.findLast((line) => line.startsWith("TASK ERROR: "))?.slice("TASK ERROR: ".length);
  const failure = refusalFailure(readRefusal(500, last ?? exit, ""), attempt);
  const code = failure.code === "proxmox-refused" ? "proxmox-task" : failure.code;
  return new Failure({
    ...failure.report,
    code,
    found: failure.report.found.replace(/ \(status 500\)$/, ""),
    details: [...log.slice(-8), upid],
  });
}

/**
 * Follows a task to its end, whoever started it; it runs on when this program ends.
 * @param limit milliseconds; without an end until then it is given up, while the task runs on
 * @throws Failure `proxmox-task` and others in the words of the task's own log; `proxmox-task-late`
 */
export async function followTask(
  call: Call,
  upid: string,
  attempt: Attempt,
  options: { readonly progress?: OnProgress; readonly signal?: AbortSignal; readonly limit?: number } = {},
): Promise<void> {
  const { progress, signal, limit = 3_600_000 } = options;
  const node = nodeOf(upid);
  const until = performance.now() + limit;
  const lines: string[] = [];
  const read = async (): Promise<void> => {
    const found = await call("taskLog", { node, upid, start: lines.length, limit: 500 }, attempt, signal);
    // A task that has said nothing yet is given one line that says so.
    const fresh = found.map(({ t }) => t).filter((line) => line !== "no content");
    lines.push(...fresh);
    const last = fresh.at(-1);
    if (last !== undefined && progress !== undefined) progress(progressOf(last));
  };
  for (let wait = 100; ; wait = Math.min(wait * 1.5, 2000)) {
    const { status, exitstatus = "" } = await call("taskStatus", { node, upid }, attempt, signal);
    if (status === "stopped") {
      // What only warns has been done: `WARNINGS: 1`.
      if (exitstatus === "OK" || exitstatus.startsWith("WARNINGS")) return;
      await read();
      throw taskFailure(exitstatus, lines, upid, attempt);
    }
    if (performance.now() > until) {
      throw new Failure({
        code: "proxmox-task-late",
        ...attempt,
        found: `the task in Proxmox has not ended after ${String(Math.round(limit / 1000))} s`,
        next: "Look at it under Tasks in Proxmox; when it has ended, run the same again.",
        details: [...lines.slice(-8), upid],
      });
    }
    if (wait > 500) await read();
    await pause(wait, undefined, { signal });
  }
}
