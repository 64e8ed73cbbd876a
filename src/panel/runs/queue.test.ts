import assert from "node:assert/strict";
import { sql } from "kysely";
import { onBothDatabases } from "../testing/both-databases.ts";
import { makeConfiguration, makeOperator } from "../testing/rows.ts";
import type { Queries } from "../database/database.ts";
import { newId } from "../accounts/secret-value.ts";
import { openQueue } from "./queue.ts";
import { runsOf } from "./run-store.ts";

const refuse = (error: unknown): never => assert.fail(String(error));

async function newRun(queries: Queries, domain: string) {
  const operator = await makeOperator(queries);
  const configuration = await makeConfiguration(queries, operator, domain);
  const { id } = await runsOf(queries, operator, Date.now).request(configuration, { by: "ada", purge: false });
  return { id, configuration: configuration.id };
}

async function end(queries: Queries, id: string): Promise<void> {
  await queries.updateTable("run").set({ status: "succeeded" }).where("id", "=", id).execute();
}

onBothDatabases("runs of a configuration come one after the other, others beside them, each once", async (database) => {
  const { queries } = database;
  const errors: unknown[] = [];
  const queue = await openQueue(database, (error) => errors.push(error));
  try {
    const one = await newRun(queries, "one.example");
    const other = await newRun(queries, "other.example");
    assert.deepEqual(await queue.counts(), { queued: 2, active: 0 });
    const more = { id: newId(), configuration: one.configuration };
    const configurations = new Map([one, other, more].map(({ id, configuration }) => [id, configuration]));
    const { promise: both, resolve: bothBegan } = Promise.withResolvers<void>();
    const { promise: allOver, resolve: over } = Promise.withResolvers<void>();
    const began: string[] = [];
    const active: (string | undefined)[] = [];
    let ended = 0;
    let together = 0;
    await queue.work(async (run) => {
      const configuration = configurations.get(run);
      began.push(run);
      if (active.includes(configuration)) together += 1;
      active.push(configuration);
      if (active.includes(one.configuration) && active.includes(other.configuration)) bothBegan();
      // Each waits until both configurations are under way: if they could not be, this would never end.
      await both;
      await end(queries, run);
      active.splice(active.indexOf(configuration), 1);
      ended += 1;
      if (ended === 3) over();
    }, 3);
    for (const { id, configuration } of [one, other, more, one, more]) await queue.send(id, configuration);
    await allOver;
    assert.deepEqual(began.toSorted(), [one.id, other.id, more.id].toSorted());
    assert.equal(together, 0);
    assert.deepEqual(await queue.counts(), { queued: 0, active: 0 });
  } finally {
    await queue.close();
  }
  assert.deepEqual(errors, []);
});

onBothDatabases("what was requested and never sent is found, what failed is taken again", async (database) => {
  const { queries } = database;
  const queue = await openQueue(database, refuse);
  try {
    const { id } = await newRun(queries, "forgotten.example");
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const began: string[] = [];
    await queue.work(async (run) => {
      began.push(run);
      if (began.length === 1) throw new Error("this process cannot");
      await end(queries, run);
      resolve();
    }, 1);
    await over;
    assert.deepEqual(began, [id, id]);
  } finally {
    await queue.close();
  }
});

onBothDatabases("the run of a process that died is taken by another", async (database) => {
  const { queries } = database;
  const { id, configuration } = await newRun(queries, "dead.example");
  const queue = await openQueue(database, refuse);
  try {
    await queue.send(id, configuration);
    // What a process leaves behind that took the run and was killed a minute ago.
    await sql`update queue.job set state = 'active', started_on = now() - interval '1 minute',
      heartbeat_on = now() - interval '1 minute' where data->>'run' = ${id}`.execute(queries);
    const { promise: taken, resolve } = Promise.withResolvers<string>();
    await queue.work(async (run) => {
      await end(queries, run);
      resolve(run);
    }, 1);
    assert.equal(await taken, id);
  } finally {
    await queue.close();
  }
});
