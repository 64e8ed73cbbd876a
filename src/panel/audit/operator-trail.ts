import type { Queries } from "../database/database.ts";
import type { StoredAudit } from "./read-audit.ts";

/** Entries that are read at a time. */
const batch = 1000;

/** Reads all that the trail has of one operator, the oldest first. */
export async function* operatorTrail(queries: Queries, operator: string): AsyncGenerator<StoredAudit> {
  for (let after = 0; ;) {
    const rows = await queries
      .selectFrom("audit")
      .selectAll()
      .where("operator_id", "=", operator)
      .where("sequence", ">", after)
      .orderBy("sequence")
      .limit(batch)
      .execute();
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) return;
    after = last.sequence;
  }
}
