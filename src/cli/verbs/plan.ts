import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { openDeployment } from "../open-deployment.ts";
import { changesAnything, planLines } from "../rendering/plan-lines.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { targetPaths } from "../targets.ts";

/** Options of `plan`. */
export type PlanOptions = SharedOptions & {
  readonly target?: readonly string[] | undefined;
  readonly detailedExitCode?: true | undefined;
};

/** Says what apply would do. */
export function plan(options: PlanOptions): Promise<number> {
  return runVerb(options, {
    verb: "plan",
    prepare: () => evaluateConfiguration(options),
    async run({ deployment, given }, { output, signal }) {
      const engine = openDeployment(options, { name: deployment.name, sink: output.sink, signal });
      const known = [...Object.keys(deployment.components), ...Object.keys((await engine.state()).components)];
      const made = await engine.plan(deployment, given, { targets: targetPaths(options.target, known) });
      output.result("plan", made, planLines(made));
      if (made.nodes.some(({ failure }) => failure !== undefined)) return "failed";
      return options.detailedExitCode === true && changesAnything(made) ? "changes" : "done";
    },
  });
}
