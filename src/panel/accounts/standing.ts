import type { Standing } from "../access/way-back.ts";
import type { Queries } from "../database/database.ts";

/** What somebody is now, everywhere; nothing when there is no such account. */
export async function standingOf(queries: Queries, person: string): Promise<Standing | undefined> {
  const account = await queries.selectFrom("person").select("staff_role").where("id", "=", person).executeTakeFirst();
  if (account === undefined) return undefined;
  const rows = await queries
    .selectFrom("member")
    .innerJoin("operator", "operator.id", "member.operator_id")
    .select(["operator_id", "role", "suspended_at"])
    .where("person_id", "=", person)
    .execute();
  const active = rows.filter(({ suspended_at: suspended }) => suspended === null);
  return {
    id: person,
    staffRole: account.staff_role,
    memberships: new Map(active.map(({ operator_id: operator, role }) => [operator, role])),
    operators: new Set(rows.map(({ operator_id: operator }) => operator)),
  };
}
