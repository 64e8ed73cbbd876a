import { sql } from "kysely";
import { newId } from "../accounts/secret-value.ts";
import { invite } from "../accounts/invitations.ts";
import type { MemberRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";

/** An operator in the hosting provider's list. */
export interface ListedOperator {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  readonly members: number;
  readonly configurations: number;
}

function listed(queries: Queries) {
  return queries
    .selectFrom("operator")
    .select([
      "id",
      "name",
      "created_at as createdAt",
      "suspended_at as suspendedAt",
      sql<number>`(select count(*)::int from member where member.operator_id = operator.id)`.as("members"),
      sql<number>`(select count(*)::int from configuration where configuration.operator_id = operator.id)`.as(
        "configurations",
      ),
    ]);
}

/**
 * Lists operators by name.
 * @param options.search a part of the name, of a domain, or of somebody's e-mail address
 */
export async function listOperators(
  queries: Queries,
  { search, limit, offset }: { readonly search: string; readonly limit: number; readonly offset: number },
): Promise<{ readonly operators: readonly ListedOperator[]; readonly total: number }> {
  const pattern = `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const fits = sql<boolean>`(operator.name ilike ${pattern}
    or exists (select 1 from configuration where operator_id = operator.id and domain ilike ${pattern})
    or exists (select 1 from member join person on person.id = person_id
      where operator_id = operator.id and email ilike ${pattern})
    or exists (select 1 from invitation where operator_id = operator.id and email ilike ${pattern}))`;
  const where = search === "" ? sql<boolean>`true` : fits;
  const operators = await listed(queries)
    .where(where)
    .orderBy("name")
    .orderBy("id")
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await queries
    .selectFrom("operator")
    .select(sql<number>`count(*)::int`.as("total"))
    .where(where)
    .executeTakeFirstOrThrow();
  return { operators, total };
}

/** What the hosting provider sees of one operator: nothing of what is in the configurations. */
export interface OperatorDetail extends ListedOperator {
  readonly domains: readonly {
    readonly id: string;
    readonly domain: string;
    readonly environment: string;
    readonly deployedAt: Date | null;
  }[];
  readonly invitations: readonly {
    readonly id: string;
    readonly email: string | null;
    readonly role: MemberRole | null;
    readonly expiresAt: Date;
  }[];
}

/** Finds one operator. */
export async function findOperator(queries: Queries, id: string, now: number): Promise<OperatorDetail | undefined> {
  const row = await listed(queries).where("id", "=", id).executeTakeFirst();
  if (row === undefined) return undefined;
  const domains = await queries
    .selectFrom("configuration")
    .select(["id", "domain", "environment", "deployed_at as deployedAt"])
    .where("operator_id", "=", id)
    .orderBy("domain")
    .execute();
  const invitations = await queries
    .selectFrom("invitation")
    .select(["id", "email", "role", "expires_at as expiresAt"])
    .where("operator_id", "=", id)
    .where("accepted_at", "is", null)
    .where("expires_at", ">", new Date(now))
    .orderBy("created_at")
    .execute();
  return { ...row, domains, invitations };
}

/** Whether an operator of this name exists, in whatever letters. */
export async function operatorNamed(queries: Queries, name: string): Promise<boolean> {
  const found = await queries
    .selectFrom("operator")
    .select("id")
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .executeTakeFirst();
  return found !== undefined;
}

/**
 * Makes an operator, and an invitation for its owner.
 * @returns with the secret of the invitation's link, which is nowhere afterwards
 */
export async function createOperator(
  queries: Queries,
  {
    name,
    email,
    by,
    now,
  }: { readonly name: string; readonly email: string; readonly by: string; readonly now: number },
): Promise<{ readonly id: string; readonly secret: string }> {
  const id = newId();
  return await queries.transaction().execute(async (transaction) => {
    await transaction
      .insertInto("operator")
      .values({ id, name, created_at: new Date(now) })
      .execute();
    const membership = { operator: id, role: "owner" } as const;
    return { id, secret: await invite(transaction, { email, membership, invitedBy: by }, now) };
  });
}

/**
 * Invites an owner again: an older link of the same address ends.
 * @returns the secret of the link
 */
export async function inviteOwner(
  queries: Queries,
  options: { readonly operator: string; readonly email: string; readonly by: string; readonly now: number },
): Promise<string> {
  const { operator, by, now } = options;
  const email = options.email.toLowerCase();
  return await queries.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom("invitation")
      .where("operator_id", "=", operator)
      .where("email", "=", email)
      .where("accepted_at", "is", null)
      .execute();
    return await invite(transaction, { email, membership: { operator, role: "owner" }, invitedBy: by }, now);
  });
}

/**
 * Suspends an operator or lifts that. Members and tokens have no way in from the next request on; what runs goes on.
 * @returns whether that changed anything
 */
export async function suspend(queries: Queries, operator: string, at: Date | null): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable("operator")
    .set({ suspended_at: at })
    .where("id", "=", operator)
    .where("suspended_at", at === null ? "is not" : "is", null)
    .executeTakeFirst();
  return Number(numUpdatedRows) === 1;
}
