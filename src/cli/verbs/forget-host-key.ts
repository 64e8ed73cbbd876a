import { Failure } from "../../model/failure.ts";
import { isObject, type Json } from "../../model/json.ts";
import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { line } from "../rendering/line.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { targetPaths } from "../targets.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";

/** The notes of the machine provider without the keys that it pinned; the next contact is a first contact again. */
function withoutHostKeys(component: string, memory: Json | undefined): Json {
  if (isObject(memory) && Array.isArray(memory["hostKeys"]))
    return { ...(memory as Record<string, Json>), hostKeys: [] };
  throw new Failure({
    code: "host-key-unknown",
    attempted: `forget the host key of ${component}`,
    subject: component,
    found: "no host key is pinned for it",
    next: "Where the environment gives hostKeys, correct them there.",
  });
}

/** Forgets the pinned host key of a machine, so that a new one can be accepted. */
export function forgetHostKey(
  target: string,
  options: SharedOptions & { readonly yes?: true | undefined },
): Promise<number> {
  return runVerb(options, {
    verb: "forget-host-key",
    prepare: () => {
      requireConfirmation("forget-host-key", options);
      return deploymentName(options);
    },
    async run(name, { output, signal }) {
      const engine = openDeployment(options, { name, sink: output.sink, signal });
      const components = targetPaths([target], Object.keys((await engine.state()).components)) ?? [];
      if (options.yes !== true) {
        await confirm(`Forget the host key of ${components.join(", ")}? Do so only when you know why it changed.`, {
          signal,
        });
      }
      for (const component of components) {
        await engine.amend({ component, amend: (memory) => withoutHostKeys(component, memory) });
      }
      output.result("forget-host-key", { components }, [
        line("Forgotten. Apply with --accept-new-host-keys to pin the new key."),
      ]);
      return "done";
    },
  });
}
