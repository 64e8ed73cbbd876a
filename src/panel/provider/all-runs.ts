import { sql } from "kysely";
import type { StampedEvent } from "../../engine/event.ts";
import type { FailureReport } from "../../model/failure.ts";
import type { Queries } from "../database/database.ts";
import type { RunStatus } from "../database/tables.ts";

/** A deployment as the hosting provider sees it: without the operator's configuration. */
export interface ProviderRun {
  readonly id: string;
  readonly operator: string;
  readonly operatorName: string;
  readonly domain: string;
  readonly environment: string;
  readonly status: RunStatus;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly failure: FailureReport | null;
}

/** Which ones, the newest first. */
export interface RunFilter {
  readonly status?: RunStatus | undefined;
  readonly operator?: string | undefined;
  /** Not older than this. */
  readonly since?: Date | undefined;
  readonly limit: number;
  readonly offset?: number | undefined;
}

function selected(queries: Queries) {
  return queries
    .selectFrom("run")
    .innerJoin("operator", "operator.id", "run.operator_id")
    .innerJoin("configuration", "configuration.id", "run.configuration_id");
}

const columns = [
  "run.id",
  "run.operator_id as operator",
  "operator.name as operatorName",
  "configuration.domain",
  "run.environment",
  "run.status",
  "run.requested_at as requestedAt",
  "run.started_at as startedAt",
  "run.finished_at as finishedAt",
  "run.cancel_requested_at as cancelRequestedAt",
  "run.failure",
] as const;

/** Lists deployments of all operators. */
export async function listRuns(
  queries: Queries,
  { status, operator, since, limit, offset = 0 }: RunFilter,
): Promise<{ readonly runs: readonly ProviderRun[]; readonly total: number }> {
  let query = selected(queries);
  if (status !== undefined) query = query.where("run.status", "=", status);
  if (operator !== undefined) query = query.where("run.operator_id", "=", operator);
  if (since !== undefined) query = query.where("run.requested_at", ">=", since);
  const runs = await query.select(columns).orderBy("run.requested_at", "desc").limit(limit).offset(offset).execute();
  const { total } = await query.select(sql<number>`count(*)::int`.as("total")).executeTakeFirstOrThrow();
  return { runs, total };
}

/** Finds one. */
export async function findRun(queries: Queries, id: string): Promise<ProviderRun | undefined> {
  return await selected(queries).select(columns).where("run.id", "=", id).executeTakeFirst();
}

/** What the engine said of it, at most so many from the end. */
export async function lastEvents(queries: Queries, run: string, limit: number): Promise<readonly StampedEvent[]> {
  const rows = await queries
    .selectFrom("run_event")
    .select("event")
    .where("run_id", "=", run)
    .orderBy("sequence", "desc")
    .limit(limit)
    .execute();
  return rows.map(({ event }) => event).toReversed();
}

/** Asks for the end of a deployment; whether there was something to end. */
export async function stopRun(queries: Queries, id: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable("run")
    .set({ cancel_requested_at: new Date(now) })
    .where("id", "=", id)
    .where("status", "in", ["queued", "running"])
    .executeTakeFirst();
  return Number(numUpdatedRows) === 1;
}
