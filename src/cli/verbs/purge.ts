import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import type { Purged } from "../../engine/verbs/purge.ts";
import { as, line, type Line } from "../rendering/line.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";

function purgeLines(title: string, found: readonly Purged[]): readonly Line[] {
  return [
    line(as("strong", title)),
    ...found.flatMap(({ component, deleted }) => deleted.map((text) => line("  ", as("bad", component), `: ${text}`))),
  ];
}

/** Deletes the data that was kept when components were removed. */
export function purge(options: SharedOptions & { readonly yes?: true | undefined }): Promise<number> {
  return runVerb(options, {
    verb: "purge",
    prepare: () => {
      requireConfirmation("purge", options);
      return deploymentName(options);
    },
    async run(name, { output, signal }) {
      const looking = openDeployment(options, { name, sink: output.quietSink, signal });
      if (options.yes !== true) {
        const found = await looking.purge({ dryRun: true });
        if (found.length > 0) {
          output.say(purgeLines("This data is deleted for good:", found));
          await confirm("Delete it?", { signal });
        }
      }
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      const deleted = await engine.purge();
      const lines =
        deleted.length === 0 ? [line("No data was kept: nothing to delete.")] : purgeLines("Deleted:", deleted);
      output.result("purge", deleted, lines);
      return "done";
    },
  });
}
