import { endSessions } from "../accounts/sessions.ts";
import type { StaffRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";

/** One of the hosting provider's people. */
export interface StaffMember {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly role: StaffRole;
}

/** Somebody who did not accept yet. */
export interface StaffInvitation {
  readonly id: string;
  readonly email: string | null;
  readonly role: StaffRole;
  readonly expiresAt: Date;
}

/** Lists the hosting provider's people, and who is invited. */
export async function listStaff(
  queries: Queries,
  now: number,
): Promise<{ readonly staff: readonly StaffMember[]; readonly invitations: readonly StaffInvitation[] }> {
  const staff = await queries
    .selectFrom("person")
    .select(["id", "name", "email", "staff_role as role"])
    .where("staff_role", "is not", null)
    .orderBy("email")
    .execute();
  const invitations = await queries
    .selectFrom("invitation")
    .select(["id", "email", "staff_role as role", "expires_at as expiresAt"])
    .where("staff_role", "is not", null)
    .where("accepted_at", "is", null)
    .where("expires_at", ">", new Date(now))
    .orderBy("created_at")
    .execute();
  return { staff: staff as readonly StaffMember[], invitations: invitations as readonly StaffInvitation[] };
}

/**
 * Takes the role from one of the hosting provider's people and ends their sessions. What they are for operators stays.
 * @returns the e-mail address of that person; `last` when nobody would be left who can invite others, `unknown` for nobody
 */
export async function dismiss(
  queries: Queries,
  person: string,
): Promise<{ readonly email: string } | "last" | "unknown"> {
  return await queries.transaction().execute(async (transaction) => {
    // Two who dismiss each other at the same time wait for one another here.
    const staff = await transaction
      .selectFrom("person")
      .select(["id", "email", "staff_role"])
      .where("staff_role", "is not", null)
      .orderBy("id")
      .forUpdate()
      .execute();
    const found = staff.find(({ id }) => id === person);
    if (found === undefined) return "unknown";
    const others = staff.filter(({ id, staff_role: role }) => role === "admin" && id !== person);
    if (others.length === 0) return "last";
    await transaction.updateTable("person").set({ staff_role: null }).where("id", "=", person).execute();
    await endSessions(transaction, person);
    return { email: found.email };
  });
}

/** Ends an invitation of the hosting provider's own that nobody accepted; whether there was one. */
export async function withdraw(queries: Queries, invitation: string): Promise<boolean> {
  const { numDeletedRows } = await queries
    .deleteFrom("invitation")
    .where("id", "=", invitation)
    .where("staff_role", "is not", null)
    .where("accepted_at", "is", null)
    .executeTakeFirst();
  return Number(numDeletedRows) === 1;
}
