import assert from "node:assert/strict";
import { sharedDatabases } from "../testing/both-databases.ts";
import { makeConfiguration, makeOperator } from "../testing/rows.ts";
import { runsOf } from "./run-store.ts";
import type { Queries } from "../database/database.ts";

const onDatabases = sharedDatabases();
const by = { by: "person ada@example.org", purge: false };
let count = 0;

async function withConfiguration(queries: Queries, now: () => number = Date.now) {
  const operator = await makeOperator(queries);
  const configuration = await makeConfiguration(queries, operator, `runs${String((count += 1))}.example`);
  return { operator, configuration, runs: runsOf(queries, operator, now) };
}

async function finish(queries: Queries, id: string, took = 0, environment = "production"): Promise<void> {
  const started_at = new Date(1_700_000_000_000);
  const finished_at = new Date(started_at.getTime() + took);
  const change = { status: "succeeded", started_at, finished_at, environment } as const;
  await queries.updateTable("run").set(change).where("id", "=", id).execute();
}

onDatabases("requests make one run while it is unfinished, also at the same moment", async ({ queries }) => {
  const { configuration, runs } = await withConfiguration(queries);
  const all = await Promise.all(Array.from({ length: 12 }, () => runs.request(configuration, by)));
  const [id = ""] = [...new Set(all.map((run) => run.id))];
  assert.deepEqual(new Set(all.map((run) => run.id)), new Set([id]));
  await queries.updateTable("run").set({ status: "running" }).where("id", "=", id).execute();
  assert.equal((await runs.request(configuration, by)).id, id);
  await finish(queries, id);
  assert.notEqual((await runs.request(configuration, by)).id, id);
  assert.equal((await runs.list({ limit: 10 })).length, 2);
  assert.equal((await runs.unfinished()).length, 1);
});

onDatabases("a run keeps what was staged when it was requested", async ({ queries }) => {
  const { configuration, runs } = await withConfiguration(queries);
  const { id } = await runs.request(configuration, by);
  await queries.updateTable("configuration").set({ staged: "{}" }).where("id", "=", configuration.id).execute();
  const found = await runs.find(id);
  assert.deepEqual([found?.configuration, found?.status], [configuration.staged, "queued"]);
});

onDatabases("an operator reaches none of another one's runs", async ({ queries }) => {
  const own = await withConfiguration(queries);
  const other = await withConfiguration(queries);
  const { id } = await own.runs.request(own.configuration, by);
  const event = JSON.stringify({ event: "note", text: "secret" });
  await queries.insertInto("run_event").values({ run_id: id, sequence: 1, event }).execute();
  assert.equal(await other.runs.find(id), undefined);
  assert.deepEqual(await other.runs.events(id, 0), []);
  assert.equal(await other.runs.cancel(id), false);
  for (const list of [other.runs.list({ limit: 9 }), other.runs.latest(), other.runs.unfinished()])
    assert.deepEqual(await list, []);
  assert.deepEqual(await other.runs.list({ configuration: own.configuration.id, limit: 9 }), []);
  assert.equal((await own.runs.find(id))?.cancel_requested_at, null);
  assert.equal((await own.runs.events(id, 0)).length, 1);
  assert.equal((await own.runs.events(id, 1)).length, 0);
});

onDatabases("only what is unfinished can be cancelled", async ({ queries }) => {
  const { configuration, runs } = await withConfiguration(queries);
  const { id } = await runs.request(configuration, by);
  assert.equal(await runs.cancel(id), true);
  await finish(queries, id);
  assert.equal(await runs.cancel(id), false);
  assert.equal(await runs.cancel("no such run"), false);
});

onDatabases("the latest of each configuration, the newest first", async ({ queries }) => {
  let time = 1_700_000_000_000;
  const { operator, configuration, runs } = await withConfiguration(queries, () => (time += 1000));
  const second = await makeConfiguration(queries, operator, `runs${String((count += 1))}.example`);
  const ids: string[] = [];
  for (const one of [configuration, second, configuration]) {
    const { id } = await runs.request(one, by);
    await finish(queries, id);
    ids.push(id);
  }
  const idsOf = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
  assert.deepEqual(idsOf(await runs.list({ limit: 10 })), ids.toReversed());
  assert.deepEqual(idsOf(await runs.list({ limit: 1 })), ids.slice(2));
  assert.deepEqual(idsOf(await runs.list({ configuration: second.id, limit: 9 })), [ids[1]]);
  assert.deepEqual(idsOf(await runs.latest()).toSorted(), ids.slice(1).toSorted());
});

onDatabases("the estimate is the median of what ended well in the environment", async ({ queries }) => {
  const { configuration, runs } = await withConfiguration(queries);
  const environment = `place ${String(count)}`;
  assert.equal(await runs.estimate(environment), undefined);
  for (const took of [9000, 1000, 2000]) {
    const { id } = await runs.request(configuration, by);
    await finish(queries, id, took, environment);
  }
  const { id } = await runs.request(configuration, by);
  await finish(queries, id, 1_000_000, "elsewhere");
  assert.equal(await runs.estimate(environment), 2000);
});
