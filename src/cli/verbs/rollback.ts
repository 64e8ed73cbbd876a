import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { runVerb } from "../run-verb.ts";
import { targetPaths } from "../targets.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";
import type { ChangeOptions } from "./apply.ts";

/** Takes machines back to an earlier generation. */
export function rollback(options: ChangeOptions & { readonly to?: number | undefined }): Promise<number> {
  return runVerb(options, {
    verb: "rollback",
    prepare: () => {
      requireConfirmation("rollback", options);
      return deploymentName(options);
    },
    async run(name, { output, signal }) {
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      const targets = targetPaths(options.target, Object.keys((await engine.state()).components));
      if (options.yes !== true) {
        const what = targets?.join(", ") ?? `every machine of ${name}`;
        const where = options.to === undefined ? "the generation before" : `generation ${String(options.to)}`;
        await confirm(`Take ${what} back to ${where}?`, { signal });
      }
      output.result("rollback", await engine.rollback({ targets, to: options.to }), []);
      return "done";
    },
  });
}
