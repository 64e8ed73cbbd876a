import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { line } from "../rendering/line.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";

/** Prints a secret to standard output, for those who may open the identity. */
export function reveal(secret: string, options: SharedOptions): Promise<number> {
  return runVerb(options, {
    verb: "reveal",
    prepare: () => deploymentName(options),
    async run(name, { output, signal }) {
      const engine = openDeployment(options, { name, sink: output.quietSink, signal });
      const value = await engine.reveal(secret);
      output.result("reveal", { secret, value }, [line(value)]);
      return "done";
    },
  });
}
