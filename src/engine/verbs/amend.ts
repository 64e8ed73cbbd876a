import type { Json } from "../../model/json.ts";
import { ledger } from "../apply/ledger.ts";
import { finishRun, runStarted } from "../apply/under-lease.ts";
import type { RunSummary } from "../run.ts";
import { begin, change, type Session } from "../session.ts";
import { chosen } from "./choose.ts";

/** How the notes of a provider about a component are corrected. */
export interface AmendOptions {
  readonly component: string;
  /** Gives the new notes for the old ones; what it throws leaves them as they are. */
  readonly amend: (memory: Json | undefined) => Json;
}

/**
 * Corrects what the state remembers for a provider, such as a host key that is not to be trusted any more. Nobody
 * outside is asked.
 * @throws Failure `target-unknown`, `lease-held`, and what `amend` throws
 */
export function amend(session: Session, { component, amend: correct }: AmendOptions): Promise<RunSummary> {
  return begin(session, { verb: "amend" }, async (begun) => {
    const { run, state } = begun;
    chosen(state, [component]);
    return change(session, begun, async (journal) => {
      chosen(journal.state, [component]);
      const book = ledger(run, journal);
      const memory = correct(journal.state.components[component]?.memory);
      await book.write(runStarted(run), { kind: "memory", component, memory });
      await finishRun(run, book);
      return { run: run.id, counts: run.counts };
    });
  });
}
