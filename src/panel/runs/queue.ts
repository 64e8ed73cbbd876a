import { PgBoss, fromPglite } from "pg-boss";
import type { Database, Queries } from "../database/database.ts";

/** Hands runs to whichever process carries them out. */
export interface Queue {
  /** Enqueues a run; doing it again does nothing. */
  send(run: string, configuration: string): Promise<void>;
  /** Takes runs. What `carryOut` throws makes the run be taken again, by this process or another. */
  work(carryOut: (run: string, signal: AbortSignal) => Promise<void>, parallel: number): Promise<void>;
  /** Numbers for the overview. */
  counts(): Promise<{ readonly queued: number; readonly active: number }>;
  /** Stops taking runs, waits for those at work, and closes. */
  close(): Promise<void>;
}

const deployments = "deployments";

/** Seconds after which a process that does not answer any more has lost its runs. The least that the library takes. */
const heartbeatSeconds = 10;

/** Enqueues again what was requested and is in no queue: its process ended between the two. */
async function sweep(queries: Queries, queue: Queue): Promise<void> {
  const waiting = await queries
    .selectFrom("run")
    .select(["id", "configuration_id"])
    .where("status", "in", ["queued", "running"])
    .execute();
  for (const { id, configuration_id: configuration } of waiting) await queue.send(id, configuration);
}

/** Opens the queue on the panel's own database. */
export async function openQueue(database: Database, report: (error: unknown) => void): Promise<Queue> {
  const supervision = { monitorIntervalSeconds: 2, superviseIntervalSeconds: 2, useListenNotify: true } as const;
  const { native, queries } = database;
  const boss =
    native.kind === "pglite"
      ? new PgBoss({ ...supervision, db: fromPglite(native.pglite), backend: "pglite", schema: "queue" })
      : new PgBoss({ ...supervision, connectionString: native.url, schema: "queue" });
  boss.on("error", report);
  await boss.start();
  // One run of a configuration at a time; a process that died has its runs taken over, which the engine continues.
  await boss.createQueue(deployments, {
    policy: "singleton",
    notify: true,
    heartbeatSeconds,
    // Also while somebody at the command line holds the lease, which may be hours.
    retryLimit: 10_000,
    retryDelay: 2,
    expireInSeconds: 6 * 3600,
  });
  let sweeping: NodeJS.Timeout | undefined;
  const queue: Queue = {
    async send(run, configuration) {
      // The queue's ids are UUIDs; the run's own id travels as data, and as a key that is there once.
      await boss.send(deployments, { run }, { singletonKey: configuration, id: uuidOf(run) });
    },
    async work(carryOut, parallel) {
      await boss.work<{ run: string }>(
        deployments,
        { localConcurrency: parallel, pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1 },
        async ([job]) => {
          if (job !== undefined) await carryOut(job.data.run, job.signal);
        },
      );
      const again = (): void => void sweep(queries, queue).catch(report);
      again();
      sweeping = setInterval(again, 60_000).unref();
    },
    async counts() {
      const found = await queries
        .selectFrom("run")
        .select(["status", (build) => build.fn.countAll<number>().as("count")])
        .where("status", "in", ["queued", "running"])
        .groupBy("status")
        .execute();
      const of = (status: string): number => found.find((row) => row.status === status)?.count ?? 0;
      return { queued: of("queued"), active: of("running") };
    },
    async close() {
      clearInterval(sweeping);
      await boss.stop({ graceful: true, timeout: 60_000, close: native.kind === "server" });
    },
  };
  return queue;
}

/** The 128 bits of an id in the form that the queue wants. */
function uuidOf(id: string): string {
  const hex = Buffer.from(id, "base64url").toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
