import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = [sql`alter table way_back add column from_computer boolean not null default false`];

export const waysBackFromTheComputer: Migration = {
  async up(database: Kysely<unknown>) {
    for (const statement of statements) await statement.execute(database);
  },
};
