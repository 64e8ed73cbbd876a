import type { EventSink, StampedEvent } from "../../engine/event.ts";
import type { Queries } from "../database/database.ts";

/** Writes what the engine says into the database, in its order. */
export interface EventRecorder {
  readonly sink: EventSink;
  /** Waits until everything is written. @throws whatever the database said */
  flush(): Promise<void>;
}

/**
 * Opens the log of a run, after what is in it already.
 * @param changed called after each writing
 */
export async function recordEvents(queries: Queries, run: string, changed: () => void): Promise<EventRecorder> {
  const { last } = await queries
    .selectFrom("run_event")
    .select((build) => build.fn.coalesce(build.fn.max("sequence"), build.lit(0)).as("last"))
    .where("run_id", "=", run)
    .executeTakeFirstOrThrow();
  let sequence = last;
  let waiting: StampedEvent[] = [];
  let writing: Promise<void> | undefined;
  const write = async (): Promise<void> => {
    while (waiting.length > 0) {
      const events = waiting;
      waiting = [];
      await queries
        .insertInto("run_event")
        .values(events.map((event) => ({ run_id: run, sequence: ++sequence, event: JSON.stringify(event) })))
        .execute();
      changed();
    }
  };
  const begin = (): Promise<void> => {
    writing ??= write().finally(() => {
      writing = undefined;
    });
    return writing;
  };
  let failed: unknown;
  return {
    sink(event) {
      waiting.push(event);
      // What goes wrong is thrown by the next flush: nobody waits here.
      begin().catch((error: unknown) => {
        failed ??= error;
      });
    },
    async flush() {
      while (waiting.length > 0 || writing !== undefined) await begin();
      if (failed !== undefined) throw failed;
    },
  };
}
