import type { z } from "zod";
import type { Resource } from "../model/resource.ts";
import { kebabName } from "../model/name.ts";
import type { SystemInput } from "./system.ts";

/** A resource whose part is one of a Debian machine's system: every resource of the catalogue. */
export type SystemResource<
  Request extends z.ZodType = z.ZodType,
  Policy extends z.ZodType = z.ZodType,
  BindingSchema extends z.ZodType = z.ZodType,
> = Resource<Request, Policy, BindingSchema, SystemInput>;

/**
 * Defines a resource.
 * @throws TypeError when the name is not kebab-case
 */
export function defineResource<Request extends z.ZodType, Policy extends z.ZodType, BindingSchema extends z.ZodType>(
  definition: Omit<SystemResource<Request, Policy, BindingSchema>, "kind">,
): SystemResource<Request, Policy, BindingSchema> {
  if (!kebabName.test(definition.name)) {
    throw new TypeError(`the name of a resource is kebab-case with at most 40 characters, not "${definition.name}"`);
  }
  return Object.freeze({ kind: "resource", ...definition });
}
