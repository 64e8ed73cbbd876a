import { sql, type Kysely } from "kysely";
import type { Migration } from "kysely/migration";

const statements = [
  // The newest of a configuration, and what goes with it when it is forgotten.
  sql`create index run_configuration on run (configuration_id, requested_at desc)`,
  // How long the last ones in an environment took.
  sql`create index run_estimate on run (environment, requested_at desc) where status = 'succeeded'`,
];

export const indexes: Migration = {
  async up(database: Kysely<unknown>) {
    for (const statement of statements) await statement.execute(database);
  },
};
