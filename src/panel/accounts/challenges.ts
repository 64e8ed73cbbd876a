import type { Queries } from "../database/database.ts";
import { newId } from "./secret-value.ts";

/** Milliseconds in which a browser has to answer. */
const lifetime = 5 * 60_000;

/**
 * Keeps a challenge until it is answered.
 * @param person whose answer it has to be; nobody's in particular when it is to find out who it is
 * @returns its id
 */
export async function keepChallenge(
  queries: Queries,
  { challenge, person, now }: { readonly challenge: string; readonly person: string | null; readonly now: number },
): Promise<string> {
  const id = newId();
  await queries.deleteFrom("challenge").where("expires_at", "<=", new Date(now)).execute();
  await queries
    .insertInto("challenge")
    .values({ id, challenge, person_id: person, expires_at: new Date(now + lifetime) })
    .execute();
  return id;
}

/** Takes a challenge for its answer: each is good once. */
export async function takeChallenge(
  queries: Queries,
  { id, person, now }: { readonly id: string; readonly person: string | null; readonly now: number },
): Promise<string | undefined> {
  const row = await queries
    .deleteFrom("challenge")
    .where("id", "=", id)
    .where("expires_at", ">", new Date(now))
    .where("person_id", person === null ? "is" : "=", person)
    .returning("challenge")
    .executeTakeFirst();
  return row?.challenge;
}
