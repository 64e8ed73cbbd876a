import type { Actor, Person } from "./actor.ts";
import { permissions, type Grant, type Permission } from "./permission.ts";

/** What the policy says. `prove`: yes, after a fresh proof of who it is; `factor`: not before there is a second factor. */
export type Decision = "yes" | "no" | "sign-in" | "prove" | "factor";

/** Whether a permission comes with what somebody is, whatever has to be proved for it. */
export function holds(
  { staffRole, memberships }: Pick<Person, "staffRole" | "memberships">,
  permission: Permission,
  operator: string | undefined,
): boolean {
  if (!Object.hasOwn(permissions, permission)) return false;
  const grant: Grant = permissions[permission];
  switch (grant.to) {
    case "everybody":
    case "person":
      return true;
    case "members": {
      const role = operator === undefined ? undefined : memberships.get(operator);
      return role !== undefined && grant.roles.includes(role);
    }
    case "staff":
      return staffRole !== null && (grant.roles as readonly string[]).includes(staffRole);
  }
}

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
  if (!holds(actor, permission, operator)) return "no";
  return grant.stepUp !== true || actor.fresh ? "yes" : "prove";
}
