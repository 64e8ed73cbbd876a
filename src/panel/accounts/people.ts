import type { Selectable } from "kysely";
import type { StaffRole } from "../access/role.ts";
import type { Queries } from "../database/database.ts";
import type { PersonTable } from "../database/tables.ts";
import { newId } from "./secret-value.ts";

/** An account as the database has it. */
export type Account = Selectable<PersonTable>;

/** Finds the account of an e-mail address. */
export async function findAccount(queries: Queries, email: string): Promise<Account | undefined> {
  return await queries
    .selectFrom("person")
    .selectAll()
    .where("email", "=", email.trim().toLowerCase())
    .executeTakeFirst();
}

/** Finds an account by its id: one's own. */
export async function accountOf(queries: Queries, person: string): Promise<Account> {
  return await queries.selectFrom("person").selectAll().where("id", "=", person).executeTakeFirstOrThrow();
}

/** Makes an account. */
export async function makeAccount(
  queries: Queries,
  account: {
    readonly email: string;
    readonly name: string;
    readonly language: string | null;
    readonly passwordHash: string;
    readonly staffRole: StaffRole | null;
    readonly now: number;
  },
): Promise<string> {
  const id = newId();
  const { email, name, language, passwordHash, staffRole, now } = account;
  await queries
    .insertInto("person")
    .values({
      id,
      email: email.toLowerCase(),
      name,
      language,
      password_hash: passwordHash,
      staff_role: staffRole,
      created_at: new Date(now),
    })
    .execute();
  return id;
}
