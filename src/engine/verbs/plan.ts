import type { Deployment } from "../../model/deployment.ts";
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
  return begin(session, { verb: "plan", deployment, given }, ({ run, state, vault }) =>
    makePlan(run, { deployment, state, vault, targets }),
  );
}
