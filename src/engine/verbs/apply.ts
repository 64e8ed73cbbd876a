import type { Deployment } from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import { carryOut } from "../apply/carry-out.ts";
import { closedLedger, ledger } from "../apply/ledger.ts";
import { report } from "../apply/report.ts";
import { carryOutAndReport, runStarted } from "../apply/under-lease.ts";
import { sameJson } from "../same-json.ts";
import { makePlan } from "../plan/make-plan.ts";
import { parsePlan, type Plan } from "../plan/plan.ts";
import type { RunSummary } from "../run.ts";
import { begin, change, type Given, type Session, type TargetOptions } from "../session.ts";
import type { State } from "../state/state.ts";

function stale(deployment: string, found: string): Failure {
  return new Failure({
    code: "plan-stale",
    attempted: `apply a plan to ${deployment}`,
    subject: deployment,
    found,
    next: "Plan again, look at what it says now, and apply that.",
  });
}

function checkBase(plan: Plan, state: State): void {
  if (plan.base === state.sequence) return;
  const found = `the plan starts from state ${String(plan.base)}, but the state has moved on to ${String(state.sequence)}`;
  throw stale(plan.deployment.name, found);
}

function nothingToDo(plan: Plan, state: State): boolean {
  return (
    plan.nodes.every((node) => node.failure !== undefined || (node.action === "same" && node.record !== true)) &&
    !Object.values(plan.secrets).includes("new") &&
    sameJson(plan.deployment, state.deployment)
  );
}

/**
 * Carries out a plan that was made before, or plans and carries out at once. Writes nothing when nothing is to be done.
 * @throws Failure `plan-stale`, `lease-held`, `components-failed`, `interrupted`, and those of planning
 */
export function apply(
  session: Session,
  wanted: Plan | Deployment,
  given: Given,
  { targets }: TargetOptions,
): Promise<RunSummary> {
  const ready = "nodes" in wanted ? parsePlan(wanted) : undefined;
  const deployment = "nodes" in wanted ? wanted.deployment : wanted;
  return begin(session, { verb: "apply", deployment, given }, async (begun) => {
    const { run, state, vault } = begun;
    await session.leases.look();
    if (ready !== undefined) {
      checkBase(ready, state);
      const same = sameJson(ready.secrets, vault.revisions());
      if (!same) throw stale(deployment.name, "secrets were given or changed after the plan was made");
    }
    const plan = ready ?? (await makePlan(run, { deployment, state, vault, targets }));
    if (nothingToDo(plan, state)) return report(run, await carryOut(run, { plan, book: closedLedger(state), vault }));
    return change(session, begun, async (journal) => {
      checkBase(plan, journal.state);
      const book = ledger(run, journal);
      return carryOutAndReport(run, { plan, book, vault, opening: [runStarted(run)], keepDeployment: true });
    });
  });
}
