import type { MemberRole, StaffRole } from "./role.ts";
import type { TokenScope } from "./scope.ts";

/** Who asks. */
export type Actor =
  | { readonly kind: "nobody" }
  | {
      readonly kind: "person";
      readonly id: string;
      readonly email: string;
      readonly name: string;
      readonly language: string | null;
      readonly staffRole: StaffRole | null;
      /** Roles by operator. */
      readonly memberships: ReadonlyMap<string, MemberRole>;
      /** The session's public id. */
      readonly session: string;
      /** Whether the person proved lately who they are. */
      readonly fresh: boolean;
      readonly secondFactor: boolean;
      /** Whether a second factor is demanded of the person, and missing. */
      readonly lacksFactor: boolean;
    }
  | {
      readonly kind: "token";
      readonly id: string;
      readonly personId: string;
      readonly operator: string;
      /** The role that the token's maker has now. */
      readonly role: MemberRole;
      readonly scopes: readonly TokenScope[];
      /** The token's maker, who has to have what is demanded of people; it gives a token nothing. */
      readonly staffRole: StaffRole | null;
      readonly secondFactor: boolean;
      readonly lacksFactor: boolean;
    };

/** A person who is signed in. */
export type Person = Extract<Actor, { kind: "person" }>;

/** A program with its token. */
export type Program = Extract<Actor, { kind: "token" }>;

/** How the audit trail names an actor. */
export function nameOf(actor: Actor): string {
  switch (actor.kind) {
    case "nobody":
      return "nobody";
    case "person":
      return `person ${actor.email}`;
    case "token":
      return `token ${actor.id}`;
  }
}
