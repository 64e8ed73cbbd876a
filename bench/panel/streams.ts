import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Client } from "./client.ts";

/** A person who watches a deployment. */
export interface Watcher {
  readonly operator: string;
  readonly session: string;
  readonly run: string;
}

/** What all who watch saw together. */
export interface Seen {
  /** How often a stream said that something changed. */
  changes: number;
  /** Milliseconds from when something happened until its line of the log was in the browser. */
  readonly delays: number[];
}

interface Line {
  readonly sequence: number;
  readonly text: string;
}

/** Asks for what is new, as the page does that was told of it. @returns the last line that it has then */
async function look(client: Client, watcher: Watcher, { last, seen }: { last: number; seen: Seen }): Promise<number> {
  const { operator, session, run } = watcher;
  const base = `/operators/${operator}/deployments/${run}`;
  await client.get(`${base}/progress`, session);
  const lines = JSON.parse(await client.get(`${base}/log?after=${String(Math.max(0, last))}`, session)) as Line[];
  const now = Date.now();
  // What was there before belongs to nobody's waiting.
  if (last >= 0) for (const { text } of lines) seen.delays.push(now - Date.parse(text.slice(0, 24)));
  return Math.max(last, 0, ...lines.map(({ sequence }) => sequence));
}

/**
 * Watches as the page of a browser does: by a stream, and by asking for what changed, one look at a time.
 * @returns ends when the signal is aborted
 * @throws whatever went wrong before that
 */
export async function watch(
  client: Client,
  watcher: Watcher,
  { seen, signal }: { readonly seen: Seen; readonly signal: AbortSignal },
): Promise<void> {
  const { operator, session, run } = watcher;
  const stream = await client.open(`/operators/${operator}/deployments/${run}/events`, session, signal);
  const closed = once(stream, "close");
  closed.catch(() => undefined);
  let changed = Promise.withResolvers<void>();
  createInterface(stream)
    .on("line", (line) => {
      if (!line.startsWith("event: changed")) return;
      seen.changes += 1;
      changed.resolve();
    })
    // The stream says the same, to those who wait for its end.
    .on("error", () => undefined);
  let last = -1;
  try {
    while (!stream.closed) {
      await Promise.race([changed.promise, closed]);
      changed = Promise.withResolvers();
      if (!stream.closed) last = await look(client, watcher, { last, seen });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
