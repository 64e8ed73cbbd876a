import type { Panel } from "../panel.ts";
import { lookAtHealth } from "./look-at-health.ts";

/** Milliseconds after which what was seen is old. */
const oldAfter = 5 * 60_000;
/** Milliseconds between searches for what is old. */
const interval = 30_000;
/** Milliseconds that one look may take. */
const patience = 60_000;

/**
 * Looks at everything that is deployed and was not looked at for a while, one after the other. What is being deployed is
 * left alone: its end looks by itself. Of several processes the first takes each, by noting the time before it looks.
 */
export async function lookAtOld(panel: Panel, stop: AbortSignal): Promise<void> {
  const { queries, now } = panel;
  for (;;) {
    if (stop.aborted) return;
    const time = new Date(now());
    const before = new Date(now() - oldAfter);
    const taken = await queries
      .updateTable("configuration")
      .set({ health_at: time })
      .where("id", "=", (build) =>
        build
          .selectFrom("configuration as old")
          .select("old.id")
          .where("old.deployed", "is not", null)
          .where((where) => where.or([where("old.health_at", "is", null), where("old.health_at", "<", before)]))
          .where((where) =>
            where.not(
              where.exists(
                where
                  .selectFrom("run")
                  .select("run.id")
                  .whereRef("run.configuration_id", "=", "old.id")
                  .where("run.status", "in", ["queued", "running"]),
              ),
            ),
          )
          .orderBy("old.health_at")
          .limit(1)
          .forUpdate()
          .skipLocked(),
      )
      .returning("id")
      .executeTakeFirst();
    if (taken === undefined) return;
    await lookAtHealth(panel, taken.id, AbortSignal.any([stop, AbortSignal.timeout(patience)]));
  }
}

/** Goes on looking until it is stopped. */
export function lookRegularly(panel: Panel, stop: AbortSignal): void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    lookAtOld(panel, stop)
      .catch(panel.report)
      .finally(() => {
        looking = false;
      });
  }, interval);
  timer.unref();
  stop.addEventListener("abort", () => clearInterval(timer), { once: true });
}
