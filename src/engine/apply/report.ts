import { Failure, reportOf, type FailureReport } from "../../model/failure.ts";
import type { Run, RunSummary } from "../run.ts";
import type { Walked } from "../walk.ts";

function plural(count: number, word: string): string {
  return `${String(count)} ${word}${count === 1 ? "" : "s"}`;
}

/**
 * Tells what was left out, and gives the summary of a walk in which nothing failed.
 * @throws Failure `components-failed` with all failures, `interrupted`, or the reason why the run stopped itself
 */
export function report(run: Run, walked: Walked): RunSummary {
  for (const [component, because] of walked.skipped) {
    run.emit({ event: "component-skipped", component, because: `${because} failed` });
  }
  for (const component of walked.untouched) {
    run.emit({ event: "component-skipped", component, because: "the run was ended before it" });
  }
  const attempted = `${run.verb} ${run.deployment}`;
  const subject = run.deployment;
  const failures: readonly FailureReport[] = [...run.failures.values()];
  const left = walked.skipped.size + walked.untouched.length;
  const rest = left === 0 ? "" : `; ${plural(left, "component")} left as they were`;
  const next = "Read what each of them says, mend it, then run the same command again: it continues where it stopped.";
  if (run.stopped !== undefined) {
    const stopped = reportOf(run.stopped, attempted, subject);
    const others = failures.filter((failure) => failure.code !== stopped.code);
    throw new Failure({ ...stopped, ...(others.length === 0 ? {} : { failures: others }) });
  }
  if (run.signal.aborted && (failures.length > 0 || left > 0)) {
    throw new Failure({
      code: "interrupted",
      attempted,
      subject,
      found: `the run was interrupted${rest}`,
      next: "Run the same command again: it continues where it stopped.",
      ...(failures.length === 0 ? {} : { failures }),
    });
  }
  if (failures.length > 0) {
    const found = `${plural(failures.length, "component")} failed${rest}`;
    throw new Failure({ code: "components-failed", attempted, subject, found, next, failures });
  }
  return { run: run.id, counts: run.counts };
}
