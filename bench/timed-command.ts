import { Failure } from "../src/model/failure.ts";
import { run, type RunResult } from "../src/providers/process/run.ts";

/** How a command is measured. */
export interface TimedOptions {
  /** The whole environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly signal: AbortSignal;
}

/** What a command printed, and the milliseconds from its start to its end. */
export interface Timed extends RunResult {
  readonly duration: number;
}

const longest = 900_000;

/**
 * Runs a command that has to succeed and measures it, its start included.
 * @throws Failure `bench-command` with the end of what it printed
 */
export async function timed([command = "", ...args]: readonly string[], options: TimedOptions): Promise<Timed> {
  const begin = performance.now();
  const result = await run(command, args, { ...options, timeout: longest });
  const duration = performance.now() - begin;
  if (result.code === 0) return { ...result, duration };
  throw new Failure({
    code: "bench-command",
    attempted: `measure ${[command, ...args].join(" ")}`,
    subject: command,
    found: `it ended with exit code ${String(result.code)}`,
    next: "Read what it printed: a measurement counts only when the work was done.",
    details: `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-40),
  });
}

/** The environment of this process, with some variables set. */
export function environmentWith(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(own), ...more };
}
