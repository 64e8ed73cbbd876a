import type { z } from "zod";
import type { JsonObject } from "./json.ts";

/** The type of a component as pure data: evaluation checks inputs against it, its provider receives and gives them. */
export interface ComponentType<Inputs extends z.ZodType = z.ZodType, Outputs extends z.ZodType = z.ZodType> {
  readonly kind: "component-type";
  readonly name: string;
  readonly description: string;
  readonly inputs: Inputs;
  readonly outputs: Outputs;
}

/** Defines a component type. `name` is kebab-case and the first half of its components' paths. */
export function defineComponentType<Inputs extends z.ZodType, Outputs extends z.ZodType>(
  definition: Omit<ComponentType<Inputs, Outputs>, "kind">,
): ComponentType<Inputs, Outputs> {
  return Object.freeze({ kind: "component-type", ...definition });
}

/** One thing that must exist. Its inputs may hold references to outputs of others and to secrets. */
export interface Component {
  readonly type: string;
  readonly inputs: JsonObject;
}
