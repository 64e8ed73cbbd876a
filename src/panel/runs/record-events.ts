import type { EventSink, StampedEvent } from "../../engine/event.ts";
import type { Queries } from "../database/database.ts";

/** Events of one statement: PostgreSQL takes 65535 values in one, and each event is three. */
const batch = 1000;

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
  const write = async (): Promise<void> => {
    const events = waiting;
    waiting = [];
    if (events.length === 0) return;
    for (let at = 0; at < events.length; at += batch) {
      const rows = events
        .slice(at, at + batch)
        .map((event) => ({ run_id: run, sequence: ++sequence, event: JSON.stringify(event) }));
      await queries.insertInto("run_event").values(rows).execute();
    }
    changed();
  };
  // One writing at a time, each with everything that came during the one before.
  let written = Promise.resolve();
  return {
    sink(event) {
      waiting.push(event);
      if (waiting.length > 1) return;
      written = written.then(write);
      // What goes wrong is thrown by flush: nobody waits here.
      written.catch(() => undefined);
    },
    flush: () => written,
  };
}
