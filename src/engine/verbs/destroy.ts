import type { Deployment } from "../../model/deployment.ts";
import { ledger } from "../apply/ledger.ts";
import { carryOutAndReport, runStarted } from "../apply/under-lease.ts";
import { makePlan } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunSummary } from "../run.ts";
import { begin, change, type Begun, type Session, type TargetOptions } from "../session.ts";

/** Limits of a destroy. */
export interface DestroyOptions extends TargetOptions {
  /** Components that are known to be gone for good, such as a machine that burnt: nobody is asked to remove them. */
  readonly forget?: readonly string[] | undefined;
}

function planNothing(session: Session, { run, state, vault }: Begun, { targets }: TargetOptions): Promise<Plan> {
  const environment = state.deployment?.environment ?? "";
  const deployment: Deployment = { name: session.place.deployment, environment, components: {}, secrets: {} };
  return makePlan(run, { deployment, state, vault, targets });
}

/** Says what destroy would do. Takes no lease and writes nothing. */
export function planDestroy(session: Session, options: TargetOptions): Promise<Plan> {
  return begin(session, { verb: "plan" }, (begun) => planNothing(session, begun, options));
}

/**
 * Removes every component that the state knows, in reverse order, and keeps their data. A second time nothing is left
 * to do, and nothing is written.
 * @throws Failure `lease-held`, `components-failed`, `interrupted`
 */
export function destroy(session: Session, options: DestroyOptions): Promise<RunSummary> {
  return begin(session, { verb: "destroy" }, async (begun) => {
    const { run, state, vault } = begun;
    await session.leases.look();
    if (Object.keys(state.components).length === 0) return { run: run.id, counts: run.counts };
    return change(session, begun, async (journal) => {
      const plan = await planNothing(session, { ...begun, state: journal.state }, options);
      const book = ledger(run, journal);
      const opening = [runStarted(run)];
      return carryOutAndReport(run, { plan, book, vault, opening, keepDeployment: false, forget: options.forget });
    });
  });
}
