import { Failure, type FailureReport } from "../../src/model/failure.ts";

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

const checkStopped = "check-stopped";

/** What a failed subtest throws when the check makes no sense after it; the failure itself was reported already. */
export function stopCheck(failure: FailureReport): Failure {
  return new Failure({ ...failure, code: checkStopped, failures: [failure] });
}

/** Tells whether what a check threw is from {@link stopCheck}. */
export function isStop(error: unknown): boolean {
  return error instanceof Failure && error.code === checkStopped;
}

/** Shows a duration to people. */
export function describeDuration(milliseconds: number): string {
  return milliseconds < 1000 ? `${String(Math.round(milliseconds))} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
