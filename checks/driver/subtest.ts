import type { FailureReport } from "../../src/model/failure.ts";

/** How one step of a check came out. */
export interface SubtestResult {
  readonly name: string;
  /** Milliseconds. */
  readonly duration: number;
  /** What went wrong; without it the step passed. */
  readonly failure?: FailureReport | undefined;
  /** Folder with the logs that were kept because it failed. */
  readonly logs?: string | undefined;
}

/** Thrown by a failed subtest after which the check makes no sense; it was reported already. */
export const checkStopped = Symbol("check stopped");

/** Shows a duration to people. */
export function describeDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${String(Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
