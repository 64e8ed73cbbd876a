import type { MemberRole, StaffRole } from "../access/role.ts";
import { newId } from "../accounts/secret-value.ts";
import { configurationsOf, type StoredConfiguration } from "../configurations/configuration-store.ts";
import type { Queries } from "../database/database.ts";

/** Puts an operator into the database, without anything else. */
export async function makeOperator(queries: Queries, name = "An operator"): Promise<string> {
  const id = newId();
  await queries.insertInto("operator").values({ id, name, created_at: new Date() }).execute();
  return id;
}

/** Puts a person into the database, who cannot sign in with a password. */
export async function makePerson(
  queries: Queries,
  {
    email,
    staffRole = null,
    memberships = {},
  }: {
    readonly email: string;
    readonly staffRole?: StaffRole | null;
    readonly memberships?: { readonly [operator: string]: MemberRole };
  },
): Promise<string> {
  const id = newId();
  const created_at = new Date();
  await queries
    .insertInto("person")
    .values({ id, email, name: email, password_hash: "none", staff_role: staffRole, created_at })
    .execute();
  for (const [operator_id, role] of Object.entries(memberships))
    await queries.insertInto("member").values({ operator_id, person_id: id, role, created_at }).execute();
  return id;
}

/** Puts a configuration of an operator into the database. */
export async function makeConfiguration(
  queries: Queries,
  operator: string,
  domain: string,
): Promise<StoredConfiguration> {
  const store = configurationsOf(queries, operator, Date.now);
  const staged = {
    domain,
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
    applications: { snac: { enable: true } },
  };
  const id = await store.create({ domain, environment: "production", staged });
  const found = await store.find(id);
  if (found === undefined) throw new TypeError(`${domain} was not stored`);
  return found;
}
