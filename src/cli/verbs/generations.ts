import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { generationsLines } from "../rendering/generations-lines.ts";
import { runVerb } from "../run-verb.ts";
import { targetPaths } from "../targets.ts";
import type { LookOptions } from "./status.ts";

/** Lists the generations that machines remember. */
export function generations(options: LookOptions): Promise<number> {
  return runVerb(options, {
    verb: "generations",
    prepare: () => deploymentName(options),
    async run(name, { output, signal }) {
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      const targets = targetPaths(options.target, Object.keys((await engine.state()).components));
      const found = await engine.generations({ targets });
      output.result("generations", found, generationsLines(name, found));
      return found.some((looked) => "failure" in looked) ? "failed" : "done";
    },
  });
}
