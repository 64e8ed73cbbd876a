import type { Queries } from "../database/database.ts";

/** How often something may be tried. */
export interface Limit {
  readonly count: number;
  /** Milliseconds. */
  readonly window: number;
}

/**
 * Counts an attempt in the database, so that all processes count together.
 * @param key what is limited: an account, or an account from one source
 * @returns whether it is still within the limit
 */
export async function attempt(queries: Queries, key: string, limit: Limit, now: number = Date.now()): Promise<boolean> {
  // A window goes by the moment at which it ends, by which old ones are known whatever their length.
  const window = (Math.floor(now / limit.window) + 1) * limit.window;
  const { count } = await queries
    .insertInto("attempt")
    .values({ key, window, count: 1 })
    .onConflict((conflict) =>
      conflict.columns(["key", "window"]).doUpdateSet((row) => ({ count: row("attempt.count", "+", 1) })),
    )
    .returning("count")
    .executeTakeFirstOrThrow();
  if (count === 1) await queries.deleteFrom("attempt").where("window", "<=", now).execute();
  return count <= limit.count;
}

/** Forgets what was counted of a key, after it went well. */
export async function forgive(queries: Queries, key: string): Promise<void> {
  await queries.deleteFrom("attempt").where("key", "=", key).execute();
}
