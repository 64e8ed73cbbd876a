import { sameJson } from "../same-json.ts";
import type { Run, RunSummary } from "../run.ts";
import { actor } from "../session.ts";
import type { EntryBody } from "../state/entry.ts";
import { carryOut, type CarryOut } from "./carry-out.ts";
import type { Ledger } from "./ledger.ts";
import { report } from "./report.ts";

/** The entry that begins a run. */
export function runStarted(run: Run): EntryBody {
  return { kind: "run-started", run: run.id, verb: run.verb, by: actor() };
}

/** Writes the entry that ends a run, unless the run stopped because it must not write any more. */
export async function finishRun(run: Run, book: Ledger): Promise<void> {
  if (run.stopped !== undefined) return;
  const outcome = run.failures.size > 0 ? "failed" : run.signal.aborted ? "interrupted" : "done";
  await book.write({ kind: "run-finished", run: run.id, outcome });
}

/**
 * Carries out a plan and writes down what is wanted from now on, for a run that has begun in the journal.
 * @throws Failure as {@link report}
 */
export async function carryOutAndReport(
  run: Run,
  options: CarryOut & {
    /** Entries to begin with, in the same write. */
    readonly opening: readonly EntryBody[];
    /** Whether the plan's deployment is what is wanted from now on. */
    readonly keepDeployment: boolean;
  },
): Promise<RunSummary> {
  const { plan, book, vault, opening, keepDeployment } = options;
  const { deployment } = plan;
  const news = keepDeployment && !sameJson(deployment, book.state.deployment);
  await vault.verify();
  const sealed = await vault.seal();
  const first: readonly EntryBody[] = [
    ...opening,
    ...(news ? [{ kind: "deployment" as const, deployment }] : []),
    ...sealed,
  ];
  if (first.length > 0) await book.write(...first);
  const walked = await carryOut(run, options);
  await finishRun(run, book);
  return report(run, walked);
}
