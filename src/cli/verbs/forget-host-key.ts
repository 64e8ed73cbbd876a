import { Failure } from "../../model/failure.ts";
import { isObject, type Json, type JsonObject } from "../../model/json.ts";
import { deploymentName } from "../load/deployment-name.ts";
import { openDeployment } from "../open-deployment.ts";
import { line } from "../rendering/line.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";
import { targetPaths } from "../targets.ts";
import { confirm, requireConfirmation } from "../terminal/question.ts";

function nothingPinned(component: string, found: string): Failure {
  return new Failure({
    code: "host-key-not-pinned",
    attempted: `forget the host key of ${component}`,
    subject: component,
    found,
    next: "Where the environment gives hostKeys, correct them there.",
  });
}

/** The notes of the machine provider without the keys that it pinned: the next contact is a first contact again. */
function withoutHostKeys(component: string, memory: Json | undefined): Json {
  const { hostKeys, ...rest } = isObject(memory) ? (memory as Record<string, Json>) : {};
  if (!Array.isArray(hostKeys) || hostKeys.length === 0) throw nothingPinned(component, "no host key is pinned for it");
  return { ...rest, hostKeys: [] };
}

/** @throws Failure `host-key-not-pinned` when the environment says which keys the machine has */
function refuseGiven(component: string, inputs: JsonObject | undefined): void {
  const connection = inputs?.["connection"];
  if (!isObject(connection) || connection["hostKeys"] === undefined) return;
  throw nothingPinned(component, "its host keys come from the environment");
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
      const state = await engine.state();
      const components = targetPaths([target], Object.keys(state.components)) ?? [];
      for (const component of components) refuseGiven(component, state.components[component]?.inputs);
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
