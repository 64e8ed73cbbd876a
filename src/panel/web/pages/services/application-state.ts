import type { JsonObject } from "../../../../model/json.ts";
import { optionsOf } from "../../../configurations/catalogue.ts";
import type { StoredConfiguration } from "../../../configurations/configuration-store.ts";
import type { DeploymentHealth } from "../../../runs/look-at-health.ts";
import type { StoredRun } from "../../../runs/run-store.ts";
import type { Texts } from "../../../texts/texts.ts";

/** How an application is, in one word of the panel's vocabulary. */
export type ApplicationState = keyof Texts["services"]["state"];

/** Which mark and colour a state has. */
export const stateTone: { readonly [State in ApplicationState]: "good" | "bad" | "busy" | "off" } = {
  healthy: "good",
  sick: "bad",
  unreachable: "bad",
  unknown: "off",
  staged: "off",
  leaving: "off",
  deploying: "busy",
  failed: "bad",
};

/** Says how an application is, from what is deployed, staged, under way and was last seen. */
export function applicationState(
  application: string,
  { deployed, staged, health }: Pick<StoredConfiguration, "deployed" | "staged" | "health">,
  run: Pick<StoredRun, "status" | "configuration"> | undefined,
): ApplicationState {
  const wanted = (configuration: JsonObject | null): boolean => optionsOf(configuration, application) !== undefined;
  const busy = run !== undefined && (run.status === "queued" || run.status === "running");
  if (busy && wanted(run.configuration) !== wanted(deployed)) return "deploying";
  if (!wanted(deployed)) return run?.status === "failed" && wanted(run.configuration) ? "failed" : "staged";
  if (!wanted(staged)) return "leaving";
  const seen = health as unknown as DeploymentHealth | null;
  const own = seen?.applications[application];
  if (own !== undefined) return own.healthy ? "healthy" : "sick";
  return (seen?.unreachable.length ?? 0) > 0 ? "unreachable" : "unknown";
}
