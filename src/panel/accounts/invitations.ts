import { sql, type Selectable } from "kysely";
import type { MemberRole, StaffRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";
import type { InvitationTable } from "../database/tables.ts";
import { hashSecret, newId, newSecret } from "./secret-value.ts";

/** Milliseconds for which an invitation can be accepted. */
export const invitationLifetime = 7 * 24 * 3_600_000;

/** What an invitation gives to whoever accepts it. */
export interface InvitationGrant {
  /** Whom it is bound to; nobody for the first set-up alone. */
  readonly email: string | null;
  readonly membership?: { readonly operator: string; readonly role: MemberRole } | undefined;
  readonly staffRole?: StaffRole | undefined;
  readonly invitedBy: string | null;
}

/**
 * Makes an invitation.
 * @param secret of its link, where somebody else made it
 * @returns the secret of its link, which is nowhere afterwards
 */
export async function invite(
  queries: Queries,
  grant: InvitationGrant,
  now: number,
  secret: string = newSecret(),
): Promise<string> {
  await queries
    .insertInto("invitation")
    .values({
      id: newId(),
      hash: hashSecret(secret),
      email: grant.email?.toLowerCase() ?? null,
      operator_id: grant.membership?.operator ?? null,
      role: grant.membership?.role ?? null,
      staff_role: grant.staffRole ?? null,
      invited_by: grant.invitedBy,
      created_at: new Date(now),
      expires_at: new Date(now + invitationLifetime),
    })
    .execute();
  return secret;
}

/** Finds the invitation of a link, as long as it can be accepted. */
export async function findInvitation(
  queries: Queries,
  secret: string,
  now: number,
): Promise<Selectable<InvitationTable> | undefined> {
  return await queries
    .selectFrom("invitation")
    .selectAll()
    .where("hash", "=", hashSecret(secret))
    .where("accepted_at", "is", null)
    .where("expires_at", ">", new Date(now))
    .executeTakeFirst();
}

/**
 * Makes the link for the first set-up, while nobody of the hosting provider has an account. An older one that was not used
 * ends.
 * @param given the secret of the link, where it was made elsewhere; its time begins when it is seen first
 * @returns the secret of the link; nothing once somebody has an account, or where it was given and its maker knows it
 */
export async function inviteFirst(queries: Queries, now: number, given?: string): Promise<string | undefined> {
  return await queries.transaction().execute(async (transaction) => {
    // Two processes that start together make one link; the number is "fedj" in ASCII.
    await sql`select pg_advisory_xact_lock(1717920874)`.execute(transaction);
    const staff = await transaction
      .selectFrom("person")
      .select("id")
      .where("staff_role", "=", "admin")
      .limit(1)
      .execute();
    if (staff.length > 0) return undefined;
    if (given !== undefined) {
      const before = await transaction
        .selectFrom("invitation")
        .select("id")
        .where("hash", "=", hashSecret(given))
        .executeTakeFirst();
      if (before !== undefined) return undefined;
    }
    await transaction.deleteFrom("invitation").where("email", "is", null).where("accepted_at", "is", null).execute();
    const secret = await invite(transaction, { email: null, staffRole: "admin", invitedBy: null }, now, given);
    return given === undefined ? secret : undefined;
  });
}
