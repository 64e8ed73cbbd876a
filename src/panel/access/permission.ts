import type { MemberRole, StaffRole } from "./role.ts";
import type { TokenScope } from "./scope.ts";

/** Who has a permission. Nobody has one that is not written here. */
export type Grant = {
  /** Also for whoever has yet to set up a second factor that is demanded of them: nothing else is. */
  readonly beforeFactor?: true;
} &
  /** Everybody, signed in or not. */
  (
    | { readonly to: "everybody" }
    /** Whoever is signed in, about themselves. */
    | { readonly to: "person"; readonly stepUp?: true }
    /** Members of the operator in question, and tokens of such members with the scope. */
    | {
        readonly to: "members";
        readonly roles: readonly MemberRole[];
        readonly scope?: TokenScope;
        /** Asks for a fresh proof of who it is. */
        readonly stepUp?: true;
      }
    /** The hosting provider's people. */
    | { readonly to: "staff"; readonly roles: readonly StaffRole[]; readonly stepUp?: true }
  );

const all: readonly MemberRole[] = ["owner", "admin", "viewer"];
const leading: readonly MemberRole[] = ["owner", "admin"];
const owner: readonly MemberRole[] = ["owner"];
const staff: readonly StaffRole[] = ["admin", "support"];

/** Every permission that there is. A route without one cannot be registered. */
export const permissions = {
  "site.read": { to: "everybody" },
  "session.start": { to: "everybody", beforeFactor: true },
  "session.end": { to: "person", beforeFactor: true },
  "invitation.accept": { to: "everybody" },
  "way-back.use": { to: "everybody" },
  "profile.read": { to: "person" },
  "profile.write": { to: "person" },
  "profile.prove": { to: "person", beforeFactor: true },
  "profile.factor": { to: "person", stepUp: true, beforeFactor: true },
  "profile.secure": { to: "person", stepUp: true },
  "catalogue.read": { to: "members", roles: all, scope: "read" },
  "configuration.read": { to: "members", roles: all, scope: "read" },
  "configuration.write": { to: "members", roles: leading, scope: "write" },
  "deployment.read": { to: "members", roles: all, scope: "read" },
  "deployment.start": { to: "members", roles: leading, scope: "deploy" },
  "deployment.cancel": { to: "members", roles: leading, scope: "deploy" },
  "application.remove": { to: "members", roles: leading, stepUp: true },
  "password.reveal": { to: "members", roles: leading },
  "member.read": { to: "members", roles: leading },
  "member.invite": { to: "members", roles: leading },
  "member.change": { to: "members", roles: owner, stepUp: true },
  "member.leave": { to: "members", roles: all },
  "member.remove": { to: "members", roles: owner, stepUp: true },
  "member.way-back": { to: "members", roles: owner, stepUp: true },
  "audit.read": { to: "members", roles: leading, scope: "read" },
  "token.read": { to: "members", roles: owner },
  "token.write": { to: "members", roles: owner, stepUp: true },
  "provider.overview": { to: "staff", roles: staff },
  "provider.environments": { to: "staff", roles: staff },
  "provider.catalogue": { to: "staff", roles: staff },
  "provider.deployments": { to: "staff", roles: staff },
  "provider.stop": { to: "staff", roles: ["admin"], stepUp: true },
  "provider.operators": { to: "staff", roles: staff },
  "provider.operators.write": { to: "staff", roles: ["admin"] },
  "provider.operators.suspend": { to: "staff", roles: ["admin"], stepUp: true },
  "provider.staff": { to: "staff", roles: ["admin"] },
  "provider.staff.write": { to: "staff", roles: ["admin"], stepUp: true },
  "provider.way-back": { to: "staff", roles: ["admin"], stepUp: true },
  "provider.audit": { to: "staff", roles: staff },
} as const satisfies { readonly [name: string]: Grant };

/** The name of a permission. */
export type Permission = keyof typeof permissions;
