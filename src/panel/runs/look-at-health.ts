import type { Engine } from "../../engine/engine.ts";
import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Panel } from "../panel.ts";
import { machinesOf, type MachineLook } from "../provider/machine-look.ts";

/** How an application is, in the words of its checks. */
export interface ApplicationHealth {
  readonly healthy: boolean;
  /** What is wrong, one line per check. */
  readonly complaints: readonly string[];
}

/** How everything of a configuration is. */
export interface DeploymentHealth {
  /** By application. */
  readonly applications: { readonly [name: string]: ApplicationHealth };
  /** What could not be looked at: machines that do not answer. */
  readonly unreachable: readonly string[];
  /** Nothing in what older versions kept. */
  readonly machines?: readonly MachineLook[];
}

/** Sorts readings of health checks by the applications that they are named after. */
function healthByApplication(looks: Awaited<ReturnType<Engine["status"]>>, names: readonly string[]): DeploymentHealth {
  const longest = names.toSorted((a, b) => b.length - a.length);
  const applications: Record<string, { healthy: boolean; complaints: string[] }> = {};
  const unreachable: string[] = [];
  for (const look of looks) {
    if ("failure" in look) {
      unreachable.push(`${look.component}: ${look.failure.found}`);
      continue;
    }
    for (const { name, healthy, text } of look.result.exists ? look.result.health : []) {
      const application = longest.find((one) => name === one || name.startsWith(`${one}-`));
      if (application === undefined) continue;
      const found = (applications[application] ??= { healthy: true, complaints: [] });
      found.healthy &&= healthy;
      if (!healthy) found.complaints.push(`${name}: ${text}`);
    }
  }
  return { applications, unreachable };
}

/** Whether this process is to end, and no machine is to blame: a look that takes too long is another matter. */
function leaving({ aborted, reason }: AbortSignal): boolean {
  return aborted && !(reason instanceof DOMException && reason.name === "TimeoutError");
}

/** Looks how everything of a configuration is, and keeps it for the pages. An interrupted look says nothing. */
export async function lookAtHealth(panel: Panel, configurationId: string, signal: AbortSignal): Promise<void> {
  const { queries, config } = panel;
  const row = await queries
    .selectFrom("configuration")
    .select(["domain", "environment"])
    .where("id", "=", configurationId)
    .executeTakeFirst();
  if (row === undefined) return;
  const engine = panel.openDeployment({ name: row.domain, sink: () => undefined, signal });
  let health: DeploymentHealth;
  try {
    const looks = await engine.status();
    const { components } = await engine.state();
    const names = config.applications.map(({ name }) => name);
    health = { ...healthByApplication(looks, names), machines: machinesOf(looks, components) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    health = { applications: {}, unreachable: [error.message] };
  }
  if (leaving(signal)) return;
  await queries
    .updateTable("configuration")
    .set({ health: JSON.stringify(health satisfies object as unknown as JsonObject), health_at: new Date(panel.now()) })
    .where("id", "=", configurationId)
    .execute();
}
