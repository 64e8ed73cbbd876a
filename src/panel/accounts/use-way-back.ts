import type { Selectable } from "kysely";
import type { Queries } from "../database/database.ts";
import type { WayBackTable } from "../database/tables.ts";
import { refusedWayBack } from "./give-way-back.ts";
import { computer } from "./give-way-back-from-computer.ts";
import type { Account } from "./people.ts";
import { hashSecret } from "./secret-value.ts";
import { endSessions } from "./sessions.ts";
import { standingOf } from "./standing.ts";

/** What a link leads to. */
export interface FoundWayBack {
  readonly account: Account;
  readonly withoutFactors: boolean;
}

/** What became of an account. `operators`: those that the person belongs to; `giver`: an e-mail address, or the computer. */
export interface UsedWayBack extends FoundWayBack {
  readonly operators: readonly string[];
  readonly giver: string;
}

type Row = Selectable<WayBackTable>;

function open(queries: Queries, secret: string, now: number) {
  return queries
    .selectFrom("way_back")
    .selectAll()
    .where("hash", "=", hashSecret(secret))
    .where("used_at", "is", null)
    .where("ended_at", "is", null)
    .where("expires_at", ">", new Date(now));
}

/** As good as its giver is now, for what the person is now. */
async function stillGood(queries: Queries, row: Row | undefined): Promise<Row | undefined> {
  if (row === undefined || row.from_computer) return row;
  const { given_by: giver, person_id: person, operator_id: operator } = row;
  if (giver === null) return undefined;
  const because = await refusedWayBack(queries, { giver, person, operator: operator ?? undefined });
  return because === undefined ? row : undefined;
}

/** The giver's e-mail address, or the computer. */
async function nameOfGiver(queries: Queries, { given_by: giver }: Row): Promise<string> {
  if (giver === null) return computer;
  return (await queries.selectFrom("person").select("email").where("id", "=", giver).executeTakeFirstOrThrow()).email;
}

/** Finds what a link leads to, as long as it can be used. */
export async function findWayBack(queries: Queries, secret: string, now: number): Promise<FoundWayBack | undefined> {
  const row = await stillGood(queries, await open(queries, secret, now).executeTakeFirst());
  if (row === undefined) return undefined;
  const account = await queries.selectFrom("person").selectAll().where("id", "=", row.person_id).executeTakeFirst();
  return account === undefined ? undefined : { account, withoutFactors: row.without_factors };
}

async function dropFactors(queries: Queries, person: string): Promise<void> {
  await queries.updateTable("person").set({ totp_secret: null }).where("id", "=", person).execute();
  for (const table of ["passkey", "recovery_code"] as const)
    await queries.deleteFrom(table).where("person_id", "=", person).execute();
}

/**
 * Sets the new password: all of it or nothing, and once, however many try at the same moment. Everything ends by which
 * somebody else could still be in: sessions, tokens, what a browser was asked, and with it the second factor if it was given so.
 * @returns nothing when the link is over, or its giver may not give it any more
 */
export async function takeWayBack(
  queries: Queries,
  secret: string,
  { passwordHash, now }: { readonly passwordHash: string; readonly now: number },
): Promise<UsedWayBack | undefined> {
  return await queries.transaction().execute(async (transaction) => {
    const whose = await open(transaction, secret, now).executeTakeFirst();
    if (whose === undefined) return undefined;
    const { person_id: person, without_factors: withoutFactors } = whose;
    // Whoever uses or gives one, joins an operator or signs in as this person at this moment waits for the end of this.
    await transaction.selectFrom("person").select("id").where("id", "=", person).forUpdate().execute();
    const row = await stillGood(transaction, await open(transaction, secret, now).executeTakeFirst());
    if (row === undefined) return undefined;
    // The person may have ended it just now.
    const taken = await transaction
      .updateTable("way_back")
      .set({ used_at: new Date(now) })
      .where("id", "=", row.id)
      .where("ended_at", "is", null)
      .returning("id")
      .executeTakeFirst();
    if (taken === undefined) return undefined;
    if (withoutFactors) await dropFactors(transaction, person);
    const account = await transaction
      .updateTable("person")
      .set({ password_hash: passwordHash })
      .where("id", "=", person)
      .returningAll()
      .executeTakeFirstOrThrow();
    for (const table of ["token", "challenge"] as const)
      await transaction.deleteFrom(table).where("person_id", "=", person).execute();
    await endSessions(transaction, person);
    const giver = await nameOfGiver(transaction, row);
    const operators = [...((await standingOf(transaction, person))?.operators ?? [])];
    return { account, withoutFactors, operators, giver };
  });
}
