import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { isWell, statusLines } from "../rendering/status-lines.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { targetPaths } from "../targets.ts";

/** Options of verbs that look at components. */
export type LookOptions = SharedOptions & { readonly target?: readonly string[] | undefined };

/** Shows health and drift of every component. */
export function status(options: LookOptions): Promise<number> {
  return runVerb(options, {
    verb: "status",
    prepare: () => deploymentName(options),
    async run(name, { output, signal }) {
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      const { components } = await engine.state();
      const found = await engine.status({ targets: targetPaths(options.target, Object.keys(components)) });
      output.result("status", found, statusLines(name, found));
      return found.every(isWell) ? "done" : "failed";
    },
  });
}
