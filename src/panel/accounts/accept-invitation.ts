import type { MemberRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";
import { findAccount, makeAccount } from "./people.ts";
import { hashSecret, newId } from "./secret-value.ts";

/** Who accepts: somebody new, or an account that is there. */
export type Accepting =
  | {
      readonly kind: "new";
      readonly email: string;
      readonly name: string;
      readonly language: string;
      readonly passwordHash: string;
    }
  | { readonly kind: "account"; readonly email: string; readonly person: string };

/** What came of it. `over`: the link is used, too old, or another's. `taken`: there is an account with this address. */
export type Accepted =
  | { readonly kind: "over" | "taken" }
  | { readonly kind: "accepted"; readonly person: string; readonly operator: string | null };

async function join(
  queries: Queries,
  member: { readonly operator: string; readonly person: string; readonly role: MemberRole; readonly now: number },
): Promise<void> {
  const { operator, person, role, now } = member;
  await queries
    .insertInto("member")
    .values({ operator_id: operator, person_id: person, role, created_at: new Date(now) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/**
 * Accepts an invitation: all of it or nothing, and once, however many try at the same moment.
 * @param options.demonstration whether the first set-up also makes an operator
 */
export async function acceptInvitation(
  queries: Queries,
  secret: string,
  who: Accepting,
  { now, demonstration }: { readonly now: number; readonly demonstration: boolean },
): Promise<Accepted> {
  return await queries.transaction().execute(async (transaction) => {
    if (who.kind === "new" && (await findAccount(transaction, who.email)) !== undefined) return { kind: "taken" };
    const invitation = await transaction
      .updateTable("invitation")
      .set({ accepted_at: new Date(now) })
      .where("hash", "=", hashSecret(secret))
      .where("accepted_at", "is", null)
      .where("expires_at", ">", new Date(now))
      .where((row) => row.or([row("email", "is", null), row("email", "=", who.email.toLowerCase())]))
      .returning(["email", "operator_id", "role", "staff_role"])
      .executeTakeFirst();
    if (invitation === undefined) return { kind: "over" };
    const { operator_id: operator, role, staff_role: staffRole } = invitation;
    const person =
      who.kind === "account"
        ? who.person
        : await makeAccount(transaction, { ...who, email: invitation.email ?? who.email, staffRole, now });
    if (who.kind === "account" && staffRole !== null) {
      await transaction
        .updateTable("person")
        .set({ staff_role: staffRole })
        .where("id", "=", person)
        .where("staff_role", "is", null)
        .execute();
    }
    if (operator !== null && role !== null) await join(transaction, { operator, person, role, now });
    if (invitation.email === null && demonstration) {
      const { name } = await transaction
        .selectFrom("person")
        .select("name")
        .where("id", "=", person)
        .executeTakeFirstOrThrow();
      const id = newId();
      await transaction
        .insertInto("operator")
        .values({ id, name, created_at: new Date(now) })
        .execute();
      await join(transaction, { operator: id, person, role: "owner", now });
    }
    return { kind: "accepted", person, operator };
  });
}
