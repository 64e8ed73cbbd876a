import assert from "node:assert/strict";
import type { StampedEvent } from "../../engine/event.ts";
import { sharedDatabases } from "../testing/both-databases.ts";
import { makeConfiguration, makeOperator } from "../testing/rows.ts";
import { recordEvents } from "./record-events.ts";
import { runsOf, type RunStore } from "./run-store.ts";
import type { Queries } from "../database/database.ts";

const onDatabases = sharedDatabases();
let count = 0;

const note = (text: string): StampedEvent => ({ event: "note", text, time: "2026-01-01T00:00:00.000Z", run: "r" });

async function newRun(queries: Queries): Promise<{ readonly id: string; readonly runs: RunStore }> {
  const operator = await makeOperator(queries);
  const runs = runsOf(queries, operator, Date.now);
  const configuration = await makeConfiguration(queries, operator, `events${String((count += 1))}.example`);
  return { id: (await runs.request(configuration, { by: "ada", purge: false })).id, runs };
}

async function textsOf({ id, runs }: { readonly id: string; readonly runs: RunStore }): Promise<readonly string[]> {
  const stored = await runs.events(id, 0);
  assert.deepEqual(
    stored.map(({ sequence }) => sequence),
    stored.map((_event, at) => at + 1),
  );
  return stored.map(({ event }) => (event.event === "note" ? event.text : ""));
}

onDatabases("events keep their order, in whatever bursts they come", async ({ queries }) => {
  const run = await newRun(queries);
  let changes = 0;
  const recorder = await recordEvents(queries, run.id, () => (changes += 1));
  const wanted: string[] = [];
  for (const burst of [1, 7, 0, 30, 1, 1, 200]) {
    for (let at = 0; at < burst; at += 1) {
      wanted.push(`${String(burst)} ${String(at)} "\\ ü\u{1F600}`);
      recorder.sink(note(wanted.at(-1) ?? ""));
    }
    if (burst % 2 === 1) await recorder.flush();
    else await new Promise(setImmediate);
  }
  await recorder.flush();
  assert.deepEqual(await textsOf(run), wanted);
  assert.ok(changes > 0 && changes <= wanted.length);
});

onDatabases("more events than a statement takes are all written", async ({ queries }) => {
  const run = await newRun(queries);
  const recorder = await recordEvents(queries, run.id, () => undefined);
  // PostgreSQL takes 65535 values in a statement, and each event is three.
  const wanted = Array.from({ length: 22_000 }, (_, at) => String(at));
  for (const text of wanted) recorder.sink(note(text));
  await recorder.flush();
  assert.deepEqual(await textsOf(run), wanted);
});

onDatabases("runs that are recorded at the same time do not mix", async ({ queries }) => {
  const all = await Promise.all([newRun(queries), newRun(queries), newRun(queries)]);
  const recorders = await Promise.all(all.map(({ id }) => recordEvents(queries, id, () => undefined)));
  for (let at = 0; at < 60; at += 1) {
    recorders[at % 3]?.sink(note(`${String(at % 3)} ${String(at)}`));
    if (at % 10 === 0) await new Promise(setImmediate);
  }
  await Promise.all(recorders.map((recorder) => recorder.flush()));
  for (const [of, run] of all.entries()) {
    const texts = await textsOf(run);
    assert.deepEqual(
      texts,
      Array.from({ length: 20 }, (_, at) => `${String(of)} ${String(3 * at + of)}`),
    );
  }
});

onDatabases("a later recorder goes on after what is there", async ({ queries }) => {
  const run = await newRun(queries);
  for (const text of ["first", "second"]) {
    const recorder = await recordEvents(queries, run.id, () => undefined);
    recorder.sink(note(text));
    recorder.sink(note(`${text} more`));
    await recorder.flush();
  }
  assert.deepEqual(await textsOf(run), ["first", "first more", "second", "second more"]);
});

onDatabases("what the database refuses is thrown by flush", async ({ queries }) => {
  const recorder = await recordEvents(queries, "no such run", () => undefined);
  recorder.sink(note("lost"));
  await assert.rejects(recorder.flush(), /foreign key/);
});
