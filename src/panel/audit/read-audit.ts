import type { Selectable } from "kysely";
import type { Queries } from "../database/database.ts";
import type { AuditTable } from "../database/tables.ts";

/** An entry of the trail. */
export type StoredAudit = Selectable<AuditTable>;

/** Which entries, the newest first. */
export interface AuditFilter {
  /** One operator's; `null` for those about no operator; everything when not given. */
  readonly operator?: string | null | undefined;
  /** A part of the actor's name. */
  readonly actor?: string | undefined;
  /** What the action begins with. */
  readonly action?: string | undefined;
  readonly outcome?: AuditTable["outcome"] | undefined;
  readonly from?: Date | undefined;
  /** Exclusive. */
  readonly until?: Date | undefined;
  /** Only entries with a smaller sequence number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

function literally(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

/** Reads the trail. */
export async function readAudit(queries: Queries, filter: AuditFilter): Promise<readonly StoredAudit[]> {
  const { operator, actor, action, outcome, from, until, before, limit } = filter;
  let query = queries.selectFrom("audit").selectAll().orderBy("sequence", "desc").limit(limit);
  if (operator === null) query = query.where("operator_id", "is", null);
  else if (operator !== undefined) query = query.where("operator_id", "=", operator);
  if (actor !== undefined) query = query.where("actor", "ilike", `%${literally(actor)}%`);
  if (action !== undefined) query = query.where("action", "like", `${literally(action)}%`);
  if (outcome !== undefined) query = query.where("outcome", "=", outcome);
  if (from !== undefined) query = query.where("time", ">=", from);
  if (until !== undefined) query = query.where("time", "<", until);
  if (before !== undefined) query = query.where("sequence", "<", before);
  return await query.execute();
}
