import { sql } from "kysely";
import type { Program } from "../access/actor.ts";
import type { Known } from "../access/factor-demand.ts";
import type { TokenScope } from "../access/scope.ts";
import type { Queries } from "../database/database.ts";
import { hashSecret, newId, newSecret } from "./secret-value.ts";

/** What leaked tokens are recognised by. */
const prefix = "fedi_";

/**
 * Makes a token for programs of an operator.
 * @returns the token itself, which is nowhere afterwards
 */
export async function makeToken(
  queries: Queries,
  options: {
    readonly operator: string;
    readonly person: string;
    readonly name: string;
    readonly scopes: readonly TokenScope[];
    /** Milliseconds. */
    readonly lifetime: number;
    readonly now: number;
  },
): Promise<{ readonly id: string; readonly token: string }> {
  const token = `${prefix}${newSecret()}`;
  const id = newId();
  await queries
    .insertInto("token")
    .values({
      id,
      hash: hashSecret(token),
      operator_id: options.operator,
      person_id: options.person,
      name: options.name,
      scopes: JSON.stringify(options.scopes),
      created_at: new Date(options.now),
      expires_at: new Date(options.now + options.lifetime),
    })
    .execute();
  return { id, token };
}

/** Finds whose token this is, with the role that this person has now; nothing when it is unknown, over, or the person left. */
export async function findToken(queries: Queries, token: string, now: number): Promise<Known<Program> | undefined> {
  const hash = hashSecret(token);
  const row = await queries
    .selectFrom("token")
    .innerJoin("member", (join) =>
      join.onRef("member.operator_id", "=", "token.operator_id").onRef("member.person_id", "=", "token.person_id"),
    )
    .innerJoin("operator", "operator.id", "token.operator_id")
    .innerJoin("person", "person.id", "token.person_id")
    .select(["token.id", "token.person_id", "token.operator_id", "scopes", "role", "token.used_at", "staff_role"])
    .select(
      sql<boolean>`totp_secret is not null or exists (select 1 from passkey where passkey.person_id = person.id)`.as(
        "second_factor",
      ),
    )
    .where("token.hash", "=", hash)
    .where("expires_at", ">", new Date(now))
    .where("suspended_at", "is", null)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  if (now - (row.used_at?.getTime() ?? 0) > 60_000)
    await queries
      .updateTable("token")
      .set({ used_at: new Date(now) })
      .where("hash", "=", hash)
      .execute();
  const { id, person_id: personId, operator_id: operator, scopes, role } = row;
  const maker = { staffRole: row.staff_role, secondFactor: row.second_factor };
  return { kind: "token", id, personId, operator, role, scopes, ...maker };
}

/** A token as its operator sees it. */
export interface ListedToken {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  readonly madeBy: string;
  readonly until: Date;
  readonly used: Date | null;
}

/** The tokens of an operator that are not over, the newest first. */
export async function tokensOf(queries: Queries, operator: string, now: number): Promise<readonly ListedToken[]> {
  return await queries
    .selectFrom("token")
    .innerJoin("person", "person.id", "token.person_id")
    .select(["token.id", "token.name", "scopes", "person.name as madeBy", "expires_at as until", "used_at as used"])
    .where("operator_id", "=", operator)
    .where("expires_at", ">", new Date(now))
    .orderBy("token.created_at", "desc")
    .execute();
}

/**
 * Ends a token of an operator.
 * @returns its name; nothing when the operator has none of this id
 */
export async function revokeToken(queries: Queries, operator: string, id: string): Promise<string | undefined> {
  const row = await queries
    .deleteFrom("token")
    .where("operator_id", "=", operator)
    .where("id", "=", id)
    .returning("name")
    .executeTakeFirst();
  return row?.name;
}
