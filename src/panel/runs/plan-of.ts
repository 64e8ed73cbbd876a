import type { Plan } from "../../engine/plan/plan.ts";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { evaluateIn } from "../configurations/catalogue.ts";
import type { StoredConfiguration } from "../configurations/configuration-store.ts";
import { mistakesOf, type Mistakes } from "../configurations/stage-application.ts";
import type { Panel } from "../panel.ts";

/** What deploying would do, what is wrong with the configuration, or why it cannot be said. */
export type PlanResult =
  | { readonly plan: Plan }
  | { readonly mistakes: Mistakes }
  | { readonly failure: FailureReport };

/** Milliseconds that a page waits for machines to say what is there. */
const patience = 20_000;

/** Plans what is staged: looks at machines, and changes nothing. */
export async function planOf(panel: Panel, { staged, environment, domain }: StoredConfiguration): Promise<PlanResult> {
  let evaluation: ReturnType<typeof evaluateIn>;
  try {
    evaluation = evaluateIn(panel.config, environment, staged);
  } catch (error) {
    if (error instanceof Failure) return { mistakes: mistakesOf(error.report) };
    throw error;
  }
  const signal = AbortSignal.timeout(patience);
  const engine = panel.openDeployment({ name: domain, sink: () => undefined, signal });
  try {
    return { plan: await engine.plan(evaluation.deployment, evaluation.given) };
  } catch (error) {
    if (error instanceof Failure) return { failure: error.report };
    throw error;
  }
}
