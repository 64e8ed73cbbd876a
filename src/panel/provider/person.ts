import type { MemberRole, StaffRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";

/** Somebody with an account, as the hosting provider sees them. */
export interface PersonDetail {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly staffRole: StaffRole | null;
  readonly memberships: readonly { readonly operator: string; readonly name: string; readonly role: MemberRole }[];
}

/** Finds somebody who belongs to an operator or to the staff. */
export async function findPerson(queries: Queries, id: string): Promise<PersonDetail | undefined> {
  const row = await queries
    .selectFrom("person")
    .select(["id", "name", "email", "staff_role as staffRole"])
    .where("id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const memberships = await queries
    .selectFrom("member")
    .innerJoin("operator", "operator.id", "member.operator_id")
    .select(["operator.id as operator", "operator.name", "role"])
    .where("person_id", "=", id)
    .orderBy("operator.name")
    .execute();
  return row.staffRole === null && memberships.length === 0 ? undefined : { ...row, memberships };
}
