import assert from "node:assert/strict";
import { sharedDatabases } from "../testing/both-databases.ts";
import { attempt, forgive } from "./attempts.ts";

const onDatabases = sharedDatabases();
const limit = { count: 3, window: 60_000 };
const start = 1_700_000_040_000;

onDatabases("within a window a key has as many attempts as its limit says", async ({ queries }) => {
  const tries = [];
  for (let at = 0; at < 5; at += 1) tries.push(await attempt(queries, "a", limit, start + at));
  assert.deepEqual(tries, [true, true, true, false, false]);
  assert.equal(await attempt(queries, "b", limit, start), true);
  assert.equal(await attempt(queries, "a", limit, start + limit.window), true);
});

onDatabases("attempts at the same moment are all counted", async ({ queries }) => {
  const tries = await Promise.all(
    Array.from({ length: 30 }, () => attempt(queries, "c", { count: 10, window: 60_000 }, start)),
  );
  assert.equal(tries.filter(Boolean).length, 10);
});

onDatabases("what is forgiven is forgiven to its key alone", async ({ queries }) => {
  for (const key of ["d", "e"]) for (let at = 0; at < 4; at += 1) await attempt(queries, key, limit, start);
  await forgive(queries, "d");
  assert.equal(await attempt(queries, "d", limit, start), true);
  assert.equal(await attempt(queries, "e", limit, start), false);
});

onDatabases("windows that are over are cleared away, others of any length stay", async ({ queries }) => {
  const long = { count: 1, window: 3_600_000 };
  await attempt(queries, "short", limit, start);
  await attempt(queries, "long", long, start);
  await attempt(queries, "new", limit, start + limit.window);
  const rows = await queries.selectFrom("attempt").select("key").where("key", "in", ["short", "long"]).execute();
  assert.deepEqual(rows, [{ key: "long" }]);
  assert.equal(await attempt(queries, "long", long, start + limit.window), false);
});
