import { canonicalJson } from "../../model/json.ts";
import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";

/** Prints the deployment that the configuration makes. */
export function evaluate(options: SharedOptions): Promise<number> {
  return runVerb(options, {
    verb: "evaluate",
    prepare: () => evaluateConfiguration(options),
    run({ deployment }, { output }) {
      // Sorted, so that two evaluations of the same give the same bytes.
      output.document("evaluate", JSON.parse(canonicalJson(deployment)));
      return Promise.resolve("done" as const);
    },
  });
}
