import { setTimeout as pause } from "node:timers/promises";

/** How long a condition is awaited. */
export interface Deadline {
  /** Milliseconds after which waiting is given up. */
  readonly timeout: number;
  /** Milliseconds between two looks; 20 when not given. */
  readonly interval?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Looks again and again until there is something to see.
 * @returns what was seen, or undefined when the deadline passed
 */
export async function until<T>(look: () => Promise<T | undefined>, deadline: Deadline): Promise<T | undefined> {
  const end = performance.now() + deadline.timeout;
  for (;;) {
    deadline.signal?.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() >= end) return undefined;
    await pause(deadline.interval ?? 20, undefined, { signal: deadline.signal });
  }
}
