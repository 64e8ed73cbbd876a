import type { Person } from "./actor.ts";
import { holds } from "./decide.ts";

/** What somebody is, everywhere. */
export interface Standing extends Pick<Person, "id" | "staffRole" | "memberships"> {
  /** All operators that the person belongs to, also those that are suspended and so give no role. */
  readonly operators: ReadonlySet<string>;
}

/** Why somebody may not give somebody else a way back in. */
export type WayBackRefusal = "role" | "self" | "not-theirs" | "above";

/**
 * Whether somebody may give a person the link by which a new password is set. It opens all that the person may open, and
 * the giver has it in hands first. So it is asked when the link is given, and again when it is used, as both are then:
 *
 * - Nobody gives one to themselves: whoever holds a stolen session would stay.
 * - An owner gives it to a member who is nothing elsewhere: to a member of two operators, or of the staff, it would be a
 *   way for one operator into what is another's or the hosting provider's.
 * - The staff's administrators give it to members of any operator, and to the staff below them. Not to each other: one
 *   account that is taken over would take all the others. They dismiss and invite each other instead.
 * - Somebody who is nothing anywhere gets none: nothing would be behind it.
 * @param operator as whose owner it is given; nobody's for the hosting provider's staff
 */
export function refusesWayBack(
  giver: Standing,
  person: Standing,
  operator: string | undefined,
): WayBackRefusal | undefined {
  if (!holds(giver, operator === undefined ? "provider.way-back" : "member.way-back", operator)) return "role";
  if (giver.id === person.id) return "self";
  if (operator === undefined) {
    if (person.staffRole !== null) return holds(person, "provider.way-back", undefined) ? "above" : undefined;
    return person.operators.size > 0 ? undefined : "not-theirs";
  }
  if (person.staffRole !== null) return "above";
  return person.operators.size === 1 && person.operators.has(operator) ? undefined : "not-theirs";
}
