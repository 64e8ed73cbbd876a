import { sql } from "kysely";
import type { Queries } from "../database/database.ts";

/** In how many deployed configurations each application is switched on, by its name. */
export async function usageOfApplications(queries: Queries): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ readonly name: string; readonly count: number }>`
    select application.key as name, count(*)::int as count
    from configuration cross join lateral jsonb_each(deployed -> 'applications') as application
    where application.value -> 'enable' = 'true'::jsonb group by application.key`.execute(queries);
  return new Map(rows.map(({ name, count }) => [name, count]));
}
