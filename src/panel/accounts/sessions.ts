import { jsonArrayFrom } from "kysely/helpers/postgres";
import type { Person } from "../access/actor.ts";
import type { Known } from "../access/factor-demand.ts";
import type { Queries } from "../database/database.ts";
import { hashSecret, newId, newSecret } from "./secret-value.ts";

/** Milliseconds without use after which a session ends. */
export const idleLimit = 7 * 24 * 3_600_000;
/** Milliseconds after which every session ends. */
export const absoluteLimit = 30 * 24 * 3_600_000;
/** Milliseconds in which the second factor has to follow the password. */
export const passwordStageLimit = 10 * 60_000;
/** Milliseconds for which a proof of who it is counts as fresh. */
export const freshFor = 15 * 60_000;

/** Where a request comes from. */
export interface Source {
  readonly address: string;
  readonly agent: string;
}

/**
 * Starts a session; what an older cookie said is not taken over.
 * @returns the secret for the cookie
 */
export async function startSession(
  queries: Queries,
  {
    person,
    stage,
    source,
    now = Date.now(),
  }: {
    readonly person: string;
    readonly stage: "password" | "complete";
    readonly source: Source;
    readonly now?: number;
  },
): Promise<string> {
  const secret = newSecret();
  const time = new Date(now);
  await queries
    .insertInto("session")
    .values({
      hash: hashSecret(secret),
      id: newId(),
      person_id: person,
      stage,
      created_at: time,
      used_at: time,
      proved_at: time,
      source: source.address,
      agent: source.agent.slice(0, 200),
    })
    .execute();
  return secret;
}

/** Ends a session by the secret in its cookie. */
export async function endSession(queries: Queries, secret: string): Promise<void> {
  await queries.deleteFrom("session").where("hash", "=", hashSecret(secret)).execute();
}

/** Ends the sessions of a person, all or all but one: after every change of password, second factor or role. */
export async function endSessions(queries: Queries, person: string, except?: string): Promise<void> {
  let query = queries.deleteFrom("session").where("person_id", "=", person);
  if (except !== undefined) query = query.where("id", "!=", except);
  await query.execute();
}

/** A session's person as the database knows them now, so that a role that was taken away is gone with the next request. */
export interface OpenSession {
  readonly stage: "password" | "complete";
  readonly actor: Known<Person>;
}

/** Finds the session of a cookie, by one query since every request does so; nothing when it is unknown or over. */
export async function findSession(
  queries: Queries,
  secret: string,
  now: number = Date.now(),
): Promise<OpenSession | undefined> {
  const hash = hashSecret(secret);
  const row = await queries
    .selectFrom("session")
    .innerJoin("person", "person.id", "session.person_id")
    .select([
      "session.id as session",
      "stage",
      "session.created_at",
      "used_at",
      "proved_at",
      "person.id",
      "email",
      "name",
      "language",
      "staff_role",
      "totp_secret",
    ])
    .select((build) => [
      jsonArrayFrom(
        build
          .selectFrom("member")
          .innerJoin("operator", "operator.id", "member.operator_id")
          .select(["operator_id", "role"])
          .whereRef("member.person_id", "=", "person.id")
          .where("operator.suspended_at", "is", null)
          .orderBy("operator.name"),
      ).as("members"),
      build
        .exists(build.selectFrom("passkey").select("passkey.id").whereRef("passkey.person_id", "=", "person.id"))
        .as("has_passkey"),
    ])
    .where("hash", "=", hash)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const age = now - row.created_at.getTime();
  const idle = now - row.used_at.getTime();
  const limit = row.stage === "password" ? passwordStageLimit : absoluteLimit;
  if (age > limit || idle > idleLimit) {
    await queries.deleteFrom("session").where("hash", "=", hash).execute();
    return undefined;
  }
  // Once a minute is enough to know who is idle, and keeps reading from becoming writing.
  if (idle > 60_000)
    await queries
      .updateTable("session")
      .set({ used_at: new Date(now) })
      .where("hash", "=", hash)
      .execute();
  return {
    stage: row.stage,
    actor: {
      kind: "person",
      id: row.id,
      email: row.email,
      name: row.name,
      language: row.language,
      staffRole: row.staff_role,
      memberships: new Map(row.members.map(({ operator_id: operator, role }) => [operator, role])),
      session: row.session,
      fresh: now - row.proved_at.getTime() <= freshFor,
      secondFactor: row.totp_secret !== null || row.has_passkey === true,
    },
  };
}

/**
 * Gives a session another secret, after what protects the account has changed: the old cookie is worth nothing.
 * @param id the session's public id
 * @returns the secret for the cookie
 */
export async function renewSession(queries: Queries, id: string, now: number): Promise<string> {
  const secret = newSecret();
  await queries
    .updateTable("session")
    .set({ hash: hashSecret(secret), proved_at: new Date(now) })
    .where("id", "=", id)
    .execute();
  return secret;
}

/** Notes that the person of a session proved just now who they are. */
export async function noteProof(queries: Queries, id: string, now: number): Promise<void> {
  await queries
    .updateTable("session")
    .set({ proved_at: new Date(now) })
    .where("id", "=", id)
    .execute();
}

/** A session as its person sees it. */
export interface ListedSession extends Source {
  readonly id: string;
  readonly started: Date;
  readonly used: Date;
}

/** The sessions of a person that are not over, the last used first. */
export async function sessionsOf(queries: Queries, person: string, now: number): Promise<readonly ListedSession[]> {
  const rows = await queries
    .selectFrom("session")
    .select(["id", "created_at as started", "used_at as used", "source as address", "agent"])
    .where("person_id", "=", person)
    .where("stage", "=", "complete")
    .where("created_at", ">", new Date(now - absoluteLimit))
    .where("used_at", ">", new Date(now - idleLimit))
    .orderBy("used_at", "desc")
    .execute();
  return rows;
}

/** Ends one session of a person; whether there was one. */
export async function endSessionOf(queries: Queries, person: string, id: string): Promise<boolean> {
  const ended = await queries
    .deleteFrom("session")
    .where("person_id", "=", person)
    .where("id", "=", id)
    .returning("id")
    .executeTakeFirst();
  return ended !== undefined;
}
