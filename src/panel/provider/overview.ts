import { sql } from "kysely";
import type { Queries } from "../database/database.ts";
import type { MachineLook } from "./machine-look.ts";

/** A machine, and whose it is. */
export interface ListedMachine extends MachineLook {
  readonly domain: string;
  readonly environment: string;
  readonly operator: string;
  readonly operatorName: string;
  /** When it was looked at. */
  readonly at: Date;
}

/** Machines of all configurations as they were last looked at: first those that are not well, then the fullest. */
export async function listMachines(
  queries: Queries,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<{ readonly machines: readonly ListedMachine[]; readonly total: number; readonly unwell: number }> {
  const from = sql`from configuration c join operator o on o.id = c.operator_id
    cross join lateral jsonb_array_elements(c.health -> 'machines') as m`;
  const { rows } = await sql<Omit<ListedMachine, keyof MachineLook> & { readonly machine: MachineLook }>`
    select c.domain, c.environment, o.id as operator, o.name as "operatorName", c.health_at as at, m as machine ${from}
    order by (m ->> 'state' = 'healthy'), (m ->> 'freeBytes')::bigint nulls last, c.domain, m ->> 'name'
    limit ${limit} offset ${offset}`.execute(queries);
  const { rows: counted } = await sql<{ readonly total: number; readonly unwell: number }>`
    select count(*)::int as total, (count(*) filter (where m ->> 'state' <> 'healthy'))::int as unwell ${from}`.execute(
    queries,
  );
  const { total, unwell } = counted[0] ?? { total: 0, unwell: 0 };
  return { machines: rows.map(({ machine, ...rest }) => ({ ...rest, ...machine })), total, unwell };
}

/** What waits and what is carried out. */
export interface QueueLook {
  readonly waiting: number;
  readonly running: number;
  /** Since when the oldest one waits. */
  readonly oldest: Date | undefined;
}

/** Looks at the queue. */
export async function lookAtQueue(queries: Queries): Promise<QueueLook> {
  const rows = await queries
    .selectFrom("run")
    .select(["status", sql<number>`count(*)::int`.as("count"), sql<Date>`min(requested_at)`.as("oldest")])
    .where("status", "in", ["queued", "running"])
    .groupBy("status")
    .execute();
  const of = (status: string) => rows.find((row) => row.status === status);
  return { waiting: of("queued")?.count ?? 0, running: of("running")?.count ?? 0, oldest: of("queued")?.oldest };
}

/** Why somebody should look after an operator. */
export interface Attention {
  readonly operator: string;
  readonly name: string;
  /** `nobody`: there are no members, and no invitation that can still be accepted. */
  readonly reason: "failed" | "unwell" | "nobody";
  readonly domain: string | null;
  /** The deployment that failed. */
  readonly run: string | null;
}

/** Operators whose last deployment failed, whose services are not well, or whom nobody can act for. */
export async function needingAttention(queries: Queries, now: number, limit: number): Promise<readonly Attention[]> {
  const { rows } = await sql<Attention>`
    select o.id as operator, o.name, case when r.status = 'failed' then 'failed' else 'unwell' end as reason, c.domain,
      case when r.status = 'failed' then r.id end as run
    from configuration c join operator o on o.id = c.operator_id
    left join lateral (select id, status from run where run.operator_id = c.operator_id and run.configuration_id = c.id
      order by requested_at desc limit 1) r on true
    where o.suspended_at is null and (r.status = 'failed' or jsonb_array_length(c.health -> 'unreachable') > 0
      or jsonb_path_exists(c.health, '$.applications.*.healthy ? (@ == false)'))
    union all
    select o.id, o.name, 'nobody', null, null from operator o
    where o.suspended_at is null and not exists (select 1 from member where member.operator_id = o.id)
      and not exists (select 1 from invitation i where i.operator_id = o.id and i.accepted_at is null
        and i.expires_at > ${new Date(now)})
    order by 2, 4 limit ${limit}`.execute(queries);
  return rows;
}
