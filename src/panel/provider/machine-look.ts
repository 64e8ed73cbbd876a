import type { Engine } from "../../engine/engine.ts";
import type { State } from "../../engine/state/state.ts";
import { isObject } from "../../model/json.ts";

/** How a machine was when it was last looked at. */
export interface MachineLook {
  readonly name: string;
  /** Nothing while it is not known. */
  readonly address: string | null;
  readonly state: "healthy" | "unhealthy" | "unreachable" | "missing";
  readonly generation: number | null;
  readonly freeBytes: number | null;
}

/** The machines among what was looked at, with the addresses that the engine's state has of them. */
export function machinesOf(
  looks: Awaited<ReturnType<Engine["status"]>>,
  components: State["components"],
): readonly MachineLook[] {
  return looks.flatMap((look): readonly MachineLook[] => {
    const [type, name = ""] = look.component.split("/");
    if (type !== "machine") return [];
    const known = components[look.component];
    const connection = known?.inputs["connection"];
    const address = known?.outputs?.["address"] ?? (isObject(connection) ? connection["address"] : undefined);
    const common = { name, address: typeof address === "string" ? address : null, generation: null, freeBytes: null };
    if ("failure" in look) return [{ ...common, state: "unreachable" }];
    const { result } = look;
    if (!result.exists) return [{ ...common, state: "missing" }];
    const { generation = null, freeBytes = null, health } = result;
    const state = health.every(({ healthy }) => healthy) ? "healthy" : "unhealthy";
    return [{ ...common, state, generation, freeBytes }];
  });
}
