import type { Selectable } from "kysely";
import type { StampedEvent } from "../../engine/event.ts";
import { newId } from "../accounts/secret-value.ts";
import type { StoredConfiguration } from "../configurations/configuration-store.ts";
import type { Queries } from "../database/database.ts";
import type { RunStatus, RunTable } from "../database/tables.ts";

/** A deployment as the panel keeps it. */
export type StoredRun = Selectable<RunTable>;

/** A line of a deployment's log. */
export interface StoredEvent {
  readonly sequence: number;
  readonly event: StampedEvent;
}

/** The deployments of one operator: every query is limited to them. */
export interface RunStore {
  /** The newest first. */
  list(options: { readonly configuration?: string | undefined; readonly limit: number }): Promise<readonly StoredRun[]>;
  find(id: string): Promise<StoredRun | undefined>;
  /** How it is, for those who ask often. */
  status(id: string): Promise<RunStatus | undefined>;
  /** The newest of each configuration. */
  latest(): Promise<readonly StoredRun[]>;
  /** What is queued or running. */
  unfinished(): Promise<readonly StoredRun[]>;
  /**
   * Requests the deployment of what is staged. While one of the same configuration is unfinished, that one is given: two
   * clicks make one deployment.
   */
  request(
    configuration: StoredConfiguration,
    options: { readonly by: string; readonly purge: boolean },
  ): Promise<StoredRun>;
  /** Asks for the end; whether there was something to end. */
  cancel(id: string): Promise<boolean>;
  events(id: string, after: number): Promise<readonly StoredEvent[]>;
  /** Milliseconds that the last deployments in the environment took, as a median; nothing where none ended well. */
  estimate(environment: string): Promise<number | undefined>;
}

const unfinishedStatus = ["queued", "running"] as const;

/** Opens the deployments of one operator. */
export function runsOf(queries: Queries, operator: string, now: () => number): RunStore {
  const own = () => queries.selectFrom("run").selectAll().where("operator_id", "=", operator);
  return {
    list({ configuration, limit }) {
      const query = own().orderBy("requested_at", "desc").limit(limit);
      return (configuration === undefined ? query : query.where("configuration_id", "=", configuration)).execute();
    },
    find: (id) => own().where("id", "=", id).executeTakeFirst(),
    async status(id) {
      const query = queries.selectFrom("run").select("status").where("operator_id", "=", operator);
      return (await query.where("id", "=", id).executeTakeFirst())?.status;
    },
    latest: () =>
      // One look into an index for each configuration, however many deployments there were.
      queries
        .selectFrom("configuration")
        .innerJoinLateral(
          (build) =>
            build
              .selectFrom("run")
              .selectAll("run")
              .whereRef("run.configuration_id", "=", "configuration.id")
              .where("run.operator_id", "=", operator)
              .orderBy("run.requested_at", "desc")
              .limit(1)
              .as("newest"),
          (join) => join.onTrue(),
        )
        .selectAll("newest")
        .where("configuration.operator_id", "=", operator)
        .execute(),
    unfinished: () => own().where("status", "in", unfinishedStatus).orderBy("requested_at").execute(),
    async request(configuration, { by, purge }) {
      for (;;) {
        const made = await queries
          .insertInto("run")
          .values({
            id: newId(),
            operator_id: operator,
            configuration_id: configuration.id,
            purge,
            status: "queued",
            configuration: JSON.stringify(configuration.staged),
            environment: configuration.environment,
            requested_by: by,
            requested_at: new Date(now()),
          })
          .onConflict((conflict) =>
            conflict.column("configuration_id").where("status", "in", unfinishedStatus).doNothing(),
          )
          .returningAll()
          .executeTakeFirst();
        if (made !== undefined) return made;
        const other = await own()
          .where("configuration_id", "=", configuration.id)
          .where("status", "in", unfinishedStatus)
          .executeTakeFirst();
        // It may have ended between the two.
        if (other !== undefined) return other;
      }
    },
    async cancel(id) {
      const { numUpdatedRows } = await queries
        .updateTable("run")
        .set({ cancel_requested_at: new Date(now()) })
        .where("operator_id", "=", operator)
        .where("id", "=", id)
        .where("status", "in", unfinishedStatus)
        .executeTakeFirst();
      return Number(numUpdatedRows) === 1;
    },
    async events(id, after) {
      return await queries
        .selectFrom("run_event")
        .innerJoin("run", "run.id", "run_event.run_id")
        .select(["sequence", "event"])
        .where("operator_id", "=", operator)
        .where("run_id", "=", id)
        .where("sequence", ">", after)
        .orderBy("sequence")
        .execute();
    },
    async estimate(environment) {
      // What others needed says how long it takes, and nothing about them.
      const rows = await queries
        .selectFrom("run")
        .select(["started_at", "finished_at"])
        .where("environment", "=", environment)
        .where("status", "=", "succeeded")
        .orderBy("requested_at", "desc")
        .limit(9)
        .execute();
      const taken = rows
        .map(({ started_at: started, finished_at: finished }) => Number(finished) - Number(started))
        .toSorted((a, b) => a - b);
      return taken[Math.floor(taken.length / 2)];
    },
  };
}
