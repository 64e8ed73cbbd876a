import { canonicalJson } from "../../model/json.ts";
import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { line } from "../rendering/line.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";

/** Prints the deployment that the configuration makes. */
export function evaluate(options: SharedOptions): Promise<number> {
  return runVerb(options, {
    verb: "evaluate",
    prepare: () => evaluateConfiguration(options),
    async run({ deployment }, { output }) {
      const text = canonicalJson(deployment, 2);
      output.result(
        "evaluate",
        deployment,
        text.split("\n").map((row) => line(row)),
      );
      return "done";
    },
  });
}
