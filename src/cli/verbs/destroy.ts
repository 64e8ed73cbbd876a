import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { line } from "../rendering/line.ts";
import { planLines } from "../rendering/plan-lines.ts";
import { runVerb } from "../run-verb.ts";
import { targetPaths } from "../targets.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";
import type { ChangeOptions } from "./apply.ts";

/** Removes components, and keeps their data. */
export function destroy(options: ChangeOptions & { readonly gone?: readonly string[] | undefined }): Promise<number> {
  return runVerb(options, {
    verb: "destroy",
    prepare: () => {
      requireConfirmation("destroy", options);
      return deploymentName(options);
    },
    async run(name, { output, signal }) {
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      const known = Object.keys((await engine.state()).components);
      const targets = targetPaths(options.target, known);
      if (known.length > 0 && options.yes !== true) {
        output.say(planLines(await engine.planDestroy({ targets })));
        output.say([line("Data is kept on the machines until `fediversity purge`.")]);
        await confirm(`Type ${name} to remove all this:`, { signal, expected: name });
      }
      const summary = await engine.destroy({ targets, forget: targetPaths(options.gone, known) });
      output.result(
        "destroy",
        summary,
        known.length === 0 ? [line("Nothing is deployed: there is nothing to remove.")] : [],
      );
      return "done";
    },
  });
}
