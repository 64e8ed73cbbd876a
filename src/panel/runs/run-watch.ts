import { sql } from "kysely";
import type { Queries } from "../database/database.ts";

/** Tells who watches a deployment that there is more to see, wherever it is carried out. */
export interface RunWatch {
  /** Calls back after every change of the run until the returned function is called. */
  subscribe(run: string, changed: () => void): () => void;
  /** Says that a run changed in this process. */
  changed(run: string): void;
  close(): void;
}

/** Milliseconds between looks at runs of other processes: one query for all that are watched. */
const interval = 1000;

/** Watches runs by their number of events and their status. */
export function watchRuns(queries: Queries, report: (error: unknown) => void): RunWatch {
  const listeners = new Map<string, Set<() => void>>();
  const seen = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  const changed = (run: string): void => {
    for (const listener of listeners.get(run) ?? []) listener();
  };
  const look = async (): Promise<void> => {
    if (looking || listeners.size === 0) return;
    looking = true;
    try {
      const rows = await queries
        .selectFrom("run")
        .select(["id", "status"])
        .select(
          sql<number>`(select coalesce(max(sequence), 0) from run_event where run_event.run_id = run.id)`.as(
            "sequence",
          ),
        )
        .where("id", "in", [...listeners.keys()])
        .execute();
      for (const { id, status, sequence } of rows) {
        const mark = `${status} ${String(sequence)}`;
        if (seen.get(id) === mark) continue;
        seen.set(id, mark);
        changed(id);
      }
    } catch (error) {
      report(error);
    } finally {
      looking = false;
    }
  };
  return {
    changed,
    subscribe(run, listener) {
      const all = listeners.get(run) ?? new Set();
      listeners.set(run, all.add(listener));
      timer ??= setInterval(() => void look(), interval).unref();
      return () => {
        if (!all.delete(listener)) return;
        if (all.size === 0) {
          listeners.delete(run);
          seen.delete(run);
        }
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    close() {
      clearInterval(timer);
      listeners.clear();
    },
  };
}
