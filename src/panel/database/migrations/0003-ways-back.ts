import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = [
  sql`create table way_back (
    id text primary key, hash text not null unique, person_id text not null references person on delete cascade,
    given_by text references person on delete set null, operator_id text references operator,
    without_factors boolean not null, created_at timestamptz not null, expires_at timestamptz not null,
    used_at timestamptz, ended_at timestamptz)`,
  sql`create index way_back_person on way_back (person_id, created_at desc)`,
  // A newer link ends the older one: however many are given at the same moment, one is open.
  sql`create unique index way_back_open on way_back (person_id) where used_at is null and ended_at is null`,
];

export const waysBack: Migration = {
  async up(database: Kysely<unknown>) {
    for (const statement of statements) await statement.execute(database);
  },
};
