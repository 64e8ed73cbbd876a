import type { Deployment } from "../../model/deployment.ts";
import { ledger } from "../apply/ledger.ts";
import { carryOutAndReport, runStarted } from "../apply/under-lease.ts";
import { makePlan } from "../plan/make-plan.ts";
import type { RunSummary } from "../run.ts";
import { begin, change, type Given, type Session } from "../session.ts";

/**
 * Gives generated secrets new values and applies the deployment, so that everything that uses them gets to know.
 * @throws Failure `secret-unknown`, `secret-not-generated`, `secret-permanent`, and those of apply
 */
export function rotate(
  session: Session,
  deployment: Deployment,
  given: Given,
  options: { readonly secrets: readonly string[] },
): Promise<RunSummary> {
  return begin(session, { verb: "rotate", deployment, given }, (begun) =>
    change(session, begun, async (journal) => {
      const { run, vault } = begun;
      const book = ledger(run, journal);
      await vault.verify();
      await book.write(runStarted(run), ...(await vault.seal(options.secrets)));
      const plan = await makePlan(run, { deployment, state: journal.state, vault });
      return carryOutAndReport(run, { plan, book, vault, opening: [], keepDeployment: true });
    }),
  );
}
