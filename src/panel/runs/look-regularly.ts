import type { ExpressionBuilder } from "kysely";
import type { Tables } from "../database/tables.ts";
import type { Panel } from "../panel.ts";
import { lookAtHealth } from "./look-at-health.ts";

/** Milliseconds after which what was seen is old. */
const oldAfter = 5 * 60_000;
/** Milliseconds between searches for what is old. */
const interval = 30_000;
/** Milliseconds that one look may take. */
const patience = 60_000;

/** How many are searched for at once. */
const batch = 100;
/** How many are looked at at the same time: mostly machines are waited for. */
const together = 8;

type Old = ExpressionBuilder<Tables, "configuration">;

/** Deployed, not looked at since a moment, and not being deployed, which ends with a look by itself. */
function isOld(build: Old, before: Date) {
  const unfinished = build
    .selectFrom("run")
    .select("run.id")
    .whereRef("run.configuration_id", "=", "configuration.id")
    .where("run.status", "in", ["queued", "running"]);
  return build.and([
    build("configuration.deployed", "is not", null),
    build.or([build("configuration.health_at", "is", null), build("configuration.health_at", "<", before)]),
    build.not(build.exists(unfinished)),
  ]);
}

/** Takes one if it is old still. Of several processes the first does, by noting the time before it looks. */
async function take({ queries, now }: Panel, id: string, before: Date): Promise<boolean> {
  const { numUpdatedRows } = await queries
    .updateTable("configuration")
    .set({ health_at: new Date(now()) })
    .where("id", "=", id)
    .where((build) => isOld(build, before))
    .executeTakeFirst();
  return Number(numUpdatedRows) === 1;
}

/** Looks at everything that is deployed and was not looked at for a while, a few at a time. */
export async function lookAtOld(panel: Panel, stop: AbortSignal): Promise<void> {
  const { queries, now } = panel;
  for (;;) {
    const before = new Date(now() - oldAfter);
    const found = await queries
      .selectFrom("configuration")
      .select("id")
      .where((build) => isOld(build, before))
      .orderBy("health_at", (order) => order.asc().nullsFirst())
      .limit(batch)
      .execute();
    if (found.length === 0) return;
    const lane = async (): Promise<void> => {
      for (let one = found.shift(); one !== undefined && !stop.aborted; one = found.shift()) {
        if (await take(panel, one.id, before))
          await lookAtHealth(panel, one.id, AbortSignal.any([stop, AbortSignal.timeout(patience)]));
      }
    };
    const lanes = Array.from({ length: together }, lane);
    // All have ended before one's failure is told: nothing goes on behind it.
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
    if (stop.aborted) return;
  }
}

/**
 * Goes on looking until it is stopped.
 * @param every milliseconds between searches for what is old
 * @returns waits, once it is stopped, until nothing is looked at any more
 */
export function lookRegularly(panel: Panel, stop: AbortSignal, every = interval): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= lookAtOld(panel, stop)
      .catch(panel.report)
      .finally(() => {
        looking = undefined;
      });
  }, every);
  timer.unref();
  stop.addEventListener("abort", () => clearInterval(timer), { once: true });
  return async () => await looking;
}
