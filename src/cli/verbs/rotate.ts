import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { openDeployment } from "../open-deployment.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";

/** Gives generated secrets new values, and applies. */
export function rotate(
  secrets: readonly string[],
  options: SharedOptions & { readonly yes?: true | undefined },
): Promise<number> {
  return runVerb(options, {
    verb: "rotate",
    prepare: () => {
      requireConfirmation("rotate", options);
      return evaluateConfiguration(options);
    },
    async run({ deployment, given }, { output, signal }) {
      const { name } = deployment;
      if (options.yes !== true) {
        await confirm(`Give ${secrets.join(", ")} new values, and apply ${name}?`, { signal });
      }
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      output.result("rotate", await engine.rotate(deployment, given, { secrets }), []);
      return "done";
    },
  });
}
