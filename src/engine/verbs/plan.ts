import type { Deployment } from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import { makePlan } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { begin, type Given, type Session, type TargetOptions } from "../session.ts";

/** Says what apply would do. Takes no lease and writes nothing. */
export function plan(
  session: Session,
  deployment: Deployment,
  given: Given,
  { targets }: TargetOptions,
): Promise<Plan> {
  return begin(session, { verb: "plan", deployment, given }, async ({ run, state, vault }) => {
    try {
      await session.leases.look();
    } catch (error) {
      if (!(error instanceof Failure && error.code === "lease-held")) throw error;
      run.emit({ event: "note", text: `${error.report.found}: what this plan says will soon be out of date` });
    }
    return makePlan(run, { deployment, state, vault, targets });
  });
}
