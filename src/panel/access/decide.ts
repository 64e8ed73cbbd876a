import type { Actor } from "./actor.ts";
import { permissions, type Grant, type Permission } from "./permission.ts";

/** What the policy says. `prove`: yes, after a fresh proof of who it is; `factor`: not before there is a second factor. */
export type Decision = "yes" | "no" | "sign-in" | "prove" | "factor";

/**
 * The one place that decides who may do what. What is not granted is denied.
 * @param operator whose things are concerned, where the permission is about an operator's
 */
export function decide(actor: Actor, permission: Permission, operator?: string): Decision {
  if (!Object.hasOwn(permissions, permission)) return "no";
  const grant: Grant = permissions[permission];
  if (actor.kind !== "nobody" && actor.lacksFactor && grant.beforeFactor !== true) return "factor";
  if (grant.to === "everybody") return "yes";
  if (actor.kind === "nobody") return "sign-in";
  if (actor.kind === "token") {
    if (grant.to !== "members" || grant.stepUp === true || grant.scope === undefined) return "no";
    const allowed =
      actor.operator === operator && actor.scopes.includes(grant.scope) && grant.roles.includes(actor.role);
    return allowed ? "yes" : "no";
  }
  const proved = grant.stepUp !== true || actor.fresh ? "yes" : "prove";
  switch (grant.to) {
    case "person":
      return proved;
    case "members": {
      const role = operator === undefined ? undefined : actor.memberships.get(operator);
      return role !== undefined && grant.roles.includes(role) ? proved : "no";
    }
    case "staff":
      return actor.staffRole !== null && (grant.roles as readonly string[]).includes(actor.staffRole) ? proved : "no";
  }
}
