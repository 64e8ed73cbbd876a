import { createHash } from "node:crypto";
import { sql } from "kysely";
import { canonicalJson, type JsonObject } from "../../model/json.ts";
import type { Queries } from "../database/database.ts";
import type { AuditTable } from "../database/tables.ts";

/** One thing that somebody did or was denied. Never holds a secret. */
export interface AuditEntry {
  readonly actor: string;
  readonly operator?: string | undefined;
  /** As the permission or the part of the panel names it. */
  readonly action: string;
  readonly subject: string;
  readonly outcome: AuditTable["outcome"];
  /** The address that asked. */
  readonly source: string;
  readonly detail?: JsonObject | undefined;
}

/** What is written before the first entry. */
export const chainStart = "0".repeat(64);

interface Chained {
  readonly sequence: number;
  readonly time: string;
  readonly actor: string;
  readonly operator: string | null;
  readonly action: string;
  readonly subject: string;
  readonly outcome: AuditTable["outcome"];
  readonly source: string;
  readonly detail: JsonObject;
}

function hashOf(previous: string, entry: Chained): string {
  return createHash("sha256").update(previous).update(canonicalJson(entry)).digest("hex");
}

/**
 * Adds an entry to the trail. Entries are written one after the other, so that each can hold the hash of the one before.
 * @param now milliseconds since 1970
 */
export async function writeAudit(queries: Queries, entry: AuditEntry, now: number = Date.now()): Promise<void> {
  await queries.transaction().execute(async (transaction) => {
    // Any number will do, as long as nothing else in this database uses it: "fedi" in ASCII.
    await sql`select pg_advisory_xact_lock(1717920873)`.execute(transaction);
    const last = await transaction
      .selectFrom("audit")
      .select(["sequence", "hash"])
      .orderBy("sequence", "desc")
      .limit(1)
      .executeTakeFirst();
    const chained: Chained = {
      sequence: (last?.sequence ?? 0) + 1,
      time: new Date(now).toISOString(),
      actor: entry.actor,
      operator: entry.operator ?? null,
      action: entry.action,
      subject: entry.subject,
      outcome: entry.outcome,
      source: entry.source,
      detail: entry.detail ?? {},
    };
    const previous = last?.hash ?? chainStart;
    const { operator, detail, ...same } = chained;
    await transaction
      .insertInto("audit")
      .values({
        ...same,
        operator_id: operator,
        detail: JSON.stringify(detail),
        previous_hash: previous,
        hash: hashOf(previous, chained),
      })
      .execute();
  });
}

/** Adds an entry to the part of each operator that it concerns; where it is none's, to the hosting provider's alone. */
export async function writeAuditFor(
  queries: Queries,
  operators: readonly string[],
  entry: Omit<AuditEntry, "operator">,
  now: number,
): Promise<void> {
  for (const operator of operators.length === 0 ? [undefined] : operators)
    await writeAudit(queries, { ...entry, operator }, now);
}

/**
 * Recomputes the trail.
 * @param pageSize entries that are read at a time
 * @returns the sequence number of the first entry that does not fit; nothing when all fit
 */
export async function verifyAudit(queries: Queries, pageSize = 1000): Promise<number | undefined> {
  let previous = chainStart;
  let expected = 1;
  for (;;) {
    const page = await queries
      .selectFrom("audit")
      .selectAll()
      .where("sequence", ">=", expected)
      .orderBy("sequence")
      .limit(pageSize)
      .execute();
    if (page.length === 0) return undefined;
    for (const row of page) {
      const { sequence, actor, operator_id: operator, action, subject, outcome, source, detail } = row;
      const time = row.time.toISOString();
      const chained: Chained = { sequence, time, actor, operator, action, subject, outcome, source, detail };
      if (sequence !== expected || row.previous_hash !== previous || row.hash !== hashOf(previous, chained))
        return sequence;
      previous = row.hash;
      expected += 1;
    }
  }
}
