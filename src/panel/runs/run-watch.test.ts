import assert from "node:assert/strict";
import { sharedDatabases } from "../testing/both-databases.ts";
import { makeConfiguration, makeOperator } from "../testing/rows.ts";
import { runsOf } from "./run-store.ts";
import { watchRuns } from "./run-watch.ts";
import type { Queries } from "../database/database.ts";

const onDatabases = sharedDatabases();
let count = 0;

async function newRun(queries: Queries): Promise<string> {
  const operator = await makeOperator(queries);
  const configuration = await makeConfiguration(queries, operator, `watch${String((count += 1))}.example`);
  return (await runsOf(queries, operator, Date.now).request(configuration, { by: "ada", purge: false })).id;
}

onDatabases("changes in this process are told at once, to those who watch this run", async ({ queries }) => {
  const errors: unknown[] = [];
  const watch = watchRuns(queries, (error) => errors.push(error));
  const told: string[] = [];
  const end = watch.subscribe("a", () => told.push("first"));
  watch.subscribe("a", () => told.push("second"));
  watch.subscribe("b", () => told.push("other"));
  watch.changed("a");
  assert.deepEqual(told, ["first", "second"]);
  end();
  watch.changed("a");
  assert.deepEqual(told, ["first", "second", "second"]);
  watch.close();
  watch.changed("a");
  assert.equal(told.length, 3);
  assert.deepEqual(errors, []);
});

onDatabases("ending a subscription twice ends nobody else's", async ({ queries }) => {
  const watch = watchRuns(queries, (error) => assert.ifError(error));
  let told = 0;
  const end = watch.subscribe("a", assert.fail);
  end();
  watch.subscribe("a", () => (told += 1));
  end();
  watch.changed("a");
  assert.equal(told, 1);
  watch.close();
});

onDatabases("changes by other processes are told too", async ({ queries }) => {
  const run = await newRun(queries);
  const watch = watchRuns(queries, (error) => assert.ifError(error));
  try {
    let wake: () => void = () => undefined;
    const next = (): Promise<void> => new Promise((resolve) => (wake = resolve));
    const first = next();
    watch.subscribe(run, () => wake());
    await first;
    const eventTold = next();
    await queries.insertInto("run_event").values({ run_id: run, sequence: 1, event: "{}" }).execute();
    await eventTold;
    const statusTold = next();
    await queries.updateTable("run").set({ status: "running" }).where("id", "=", run).execute();
    await statusTold;
  } finally {
    watch.close();
  }
});
