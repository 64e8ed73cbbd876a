import { defaultCache } from "../default-folders.ts";
import { evaluateConfiguration } from "../load/evaluate-configuration.ts";
import { openDeployment } from "../open-deployment.ts";
import { doctorLines } from "../rendering/doctor-lines.ts";
import { runVerb } from "../run-verb.ts";
import { targetPaths } from "../targets.ts";
import { examineComputer } from "./examine-computer.ts";
import type { LookOptions } from "./status.ts";

/** Looks at this computer and every machine, before anything is tried. */
export function doctor(options: LookOptions): Promise<number> {
  return runVerb(options, {
    verb: "doctor",
    prepare: () => evaluateConfiguration(options),
    async run({ deployment, given }, { output, signal }) {
      const { state, cache = defaultCache(process.env, process.getuid?.() === 0) } = options;
      const computer = {
        component: "this computer",
        examinations: await examineComputer(deployment, { state, cache }),
      };
      const engine = openDeployment(options, { name: deployment.name, sink: output.sink, signal });
      const targets = targetPaths(options.target, Object.keys(deployment.components));
      const examined = [computer, ...(await engine.doctor(deployment, given, { targets }))];
      output.result("doctor", examined, doctorLines(examined));
      return examined.every(({ examinations }) => examinations.every(({ ok }) => ok)) ? "done" : "failed";
    },
  });
}
