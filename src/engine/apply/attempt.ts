import type { FailureReport } from "../../model/failure.ts";
import { estimate } from "../estimate.ts";
import { perform, type Action, type Outcome } from "../perform.ts";
import type { Run } from "../run.ts";
import type { AttemptAction, EntryBody } from "../state/entry.ts";
import type { Ledger } from "./ledger.ts";

/** One attempt to change one component. */
export interface Attempt<Result> {
  readonly component: string;
  readonly action: AttemptAction & Action;
  /** Written before anything is done. */
  readonly intent: readonly EntryBody[];
  /** Does it. Whatever it throws goes into the journal as this component's failure. */
  work(): Promise<Result>;
  readonly outcome: (result: Result) => Outcome;
  /** Written after it is done. */
  entry(result: Result, duration: number): EntryBody;
}

/**
 * Changes one component: intent, effect, outcome, each in the journal before the next.
 * @throws Failure what went wrong
 */
export async function attempt<Result>(run: Run, book: Ledger, options: Attempt<Result>): Promise<Result> {
  const { component, action, intent, work, outcome, entry } = options;
  let intended = false;
  return perform(
    run,
    {
      component,
      action,
      outcome,
      estimate: estimate(book.state.durations, component, action),
      async settle({ report, duration }: { report: FailureReport; duration: number }) {
        if (intended && run.stopped === undefined) {
          await book.write({ kind: "failed", component, action, report, duration });
        }
      },
    },
    async () => {
      await book.write(...intent);
      intended = true;
      const started = run.clock();
      const result = await work();
      await book.write(entry(result, run.clock() - started));
      return result;
    },
  );
}
