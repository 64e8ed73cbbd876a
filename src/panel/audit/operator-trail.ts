import type { Selectable } from "kysely";
import type { Queries } from "../database/database.ts";
import type { AuditTable } from "../database/tables.ts";

/** An entry of the trail as the database has it. */
export type TrailEntry = Selectable<AuditTable>;

/** What concerns one operator in the audit trail. */
export interface OperatorTrail {
  /** The newest entries first, from before a sequence number on. */
  page(options: { readonly before?: number | undefined; readonly size: number }): Promise<readonly TrailEntry[]>;
  /** All entries, the oldest first. */
  all(): AsyncIterable<TrailEntry>;
}

/** Entries that are read at a time. */
const batch = 1000;

/** Opens the audit trail of an operator: nothing here reaches another one's. */
export function trailOf(queries: Queries, operator: string): OperatorTrail {
  const entries = () => queries.selectFrom("audit").selectAll().where("operator_id", "=", operator);
  return {
    async page({ before, size }) {
      const query = before === undefined ? entries() : entries().where("sequence", "<", before);
      return await query.orderBy("sequence", "desc").limit(size).execute();
    },
    async *all() {
      let after = 0;
      for (;;) {
        const rows = await entries().where("sequence", ">", after).orderBy("sequence").limit(batch).execute();
        yield* rows;
        const last = rows.at(-1);
        if (last === undefined || rows.length < batch) return;
        after = last.sequence;
      }
    },
  };
}
