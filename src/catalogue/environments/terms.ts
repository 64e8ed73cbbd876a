import type { EnvironmentTerms } from "../../model/environment.ts";
import { isObject, type Json } from "../../model/json.ts";
import type { Offer } from "./offer.ts";
import type { Placement } from "./placement.ts";

/** Members of policies that take secrets, which a hosting provider may have written out. */
const secretive = /password|secret|token|credential|private|(?:access|api|dns|^|-)key/i;

/** A policy as it can be shown: a secret is its name, and one that was written out is hidden. */
export function readablePolicy(value: unknown, member = ""): Json {
  if (Array.isArray(value)) return value.map((one) => readablePolicy(one, member));
  if (isObject(value)) {
    if (typeof value["$secret"] === "string") return `‹secret ${value["$secret"]}›`;
    if (Array.isArray(value["$text"]) && secretive.test(member)) {
      return value["$text"].map((part) => (isObject(part) ? JSON.stringify(readablePolicy(part)) : "…")).join("");
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) => (one === undefined ? [] : [[key, readablePolicy(one, key)]])),
    );
  }
  if (typeof value === "string") return secretive.test(member) ? "‹hidden›" : value;
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

/** Says what an environment is made of, for those who read it in the panel. */
export function termsOf(definition: {
  readonly offers: { readonly [name: string]: Offer };
  readonly placement: Placement;
  readonly machines: { readonly name: string };
  readonly secrets?: { readonly [name: string]: unknown } | undefined;
}): EnvironmentTerms {
  const offers = Object.entries(definition.offers).map(([name, { resource, policy }]) => ({
    name,
    resource: resource.name,
    description: resource.description,
    policy: readablePolicy(policy),
  }));
  return {
    // An arrow function in place has the name of the member that it is given to.
    placement: definition.placement.name === "placement" ? "" : definition.placement.name,
    machines: definition.machines.name,
    offers: offers.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    secrets: Object.keys(definition.secrets ?? {}).toSorted(),
  };
}
