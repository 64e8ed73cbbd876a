import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { generatedPassword } from "../generated-password.ts";
import { openDeployment } from "../open-deployment.ts";
import { changesAnything, planLines } from "../rendering/plan-lines.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { targetPaths } from "../targets.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";

/** Options of verbs that change components. */
export type ChangeOptions = SharedOptions & {
  readonly target?: readonly string[] | undefined;
  readonly yes?: true | undefined;
};

/** Makes what the configuration says. */
export function apply(options: ChangeOptions): Promise<number> {
  return runVerb(options, {
    verb: "apply",
    prepare: () => {
      requireConfirmation("apply", options);
      return evaluateConfiguration(options);
    },
    async run({ deployment, given }, { output, signal }) {
      const engine = openDeployment(options, { name: deployment.name, sink: output.sink, signal });
      const known = [...Object.keys(deployment.components), ...Object.keys((await engine.state()).components)];
      const targets = targetPaths(options.target, known);
      const sayPassword = await generatedPassword(engine, deployment);
      if (options.yes === true) {
        try {
          output.result("apply", await engine.apply(deployment, given, { targets }), []);
        } finally {
          // Also when something failed: the next run would take it for known.
          output.say(await sayPassword());
        }
        return "done";
      }
      const plan = await engine.plan(deployment, given, { targets });
      output.say(planLines(plan));
      if (changesAnything(plan)) await confirm(`Apply this to ${deployment.name}?`, { signal });
      try {
        output.result("apply", await engine.apply(plan, given), []);
      } finally {
        output.say(await sayPassword());
      }
      return "done";
    },
  });
}
