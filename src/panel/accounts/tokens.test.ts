import assert from "node:assert/strict";
import { sharedDatabases } from "../testing/both-databases.ts";
import { makeOperator, makePerson } from "../testing/rows.ts";
import { findToken, makeToken, revokeToken, tokensOf } from "./tokens.ts";
import type { Queries } from "../database/database.ts";

const onDatabases = sharedDatabases();
const start = 1_700_000_000_000;
let count = 0;

async function withToken(queries: Queries, lifetime = 1000) {
  const operator = await makeOperator(queries);
  const email = `person${String((count += 1))}@example.org`;
  const person = await makePerson(queries, { email, memberships: { [operator]: "owner" } });
  const options = { operator, person, name: "backup", scopes: ["read", "deploy"], lifetime, now: start } as const;
  return { operator, person, ...(await makeToken(queries, options)) };
}

onDatabases("a token says whose it is and what for, and is not in the database", async ({ queries }) => {
  const { operator, person, id, token } = await withToken(queries);
  assert.match(token, /^fedi_[A-Za-z0-9_-]{43}$/);
  const found = await findToken(queries, token, start);
  const scopes = ["read", "deploy"];
  const maker = { staffRole: null, secondFactor: false };
  assert.deepEqual(found, { kind: "token", id, personId: person, operator, role: "owner", scopes, ...maker });
  const row = await queries.selectFrom("token").selectAll().where("id", "=", id).executeTakeFirstOrThrow();
  assert.ok(!JSON.stringify(row).includes(token.slice(5)));
  for (const wrong of [row.hash, id, token.slice(5), token.toUpperCase(), `${token}=`, ""])
    assert.equal(await findToken(queries, wrong, start), undefined, wrong);
});

onDatabases("a token ends with its time", async ({ queries }) => {
  const { operator, token } = await withToken(queries);
  assert.ok(await findToken(queries, token, start + 999));
  assert.equal((await tokensOf(queries, operator, start + 999)).length, 1);
  assert.equal(await findToken(queries, token, start + 1000), undefined);
  assert.equal((await tokensOf(queries, operator, start + 1000)).length, 0);
});

onDatabases("a token is as good as its maker is now", async ({ queries }) => {
  const { operator, person, token } = await withToken(queries);
  await queries.updateTable("member").set({ role: "viewer" }).where("person_id", "=", person).execute();
  assert.equal((await findToken(queries, token, start))?.role, "viewer");
  const suspend = (time: Date | null) =>
    queries.updateTable("operator").set({ suspended_at: time }).where("id", "=", operator).execute();
  await suspend(new Date(start));
  assert.equal(await findToken(queries, token, start), undefined);
  await suspend(null);
  assert.ok(await findToken(queries, token, start));
  await queries.deleteFrom("member").where("person_id", "=", person).execute();
  assert.equal(await findToken(queries, token, start), undefined);
});

onDatabases("an operator ends its own tokens and no others", async ({ queries }) => {
  const one = await withToken(queries);
  const other = await withToken(queries);
  assert.equal(await revokeToken(queries, other.operator, one.id), undefined);
  assert.ok(await findToken(queries, one.token, start));
  assert.equal(await revokeToken(queries, one.operator, one.id), "backup");
  assert.equal(await findToken(queries, one.token, start), undefined);
  assert.equal(await revokeToken(queries, one.operator, one.id), undefined);
  assert.deepEqual(
    (await tokensOf(queries, other.operator, start)).map(({ id }) => id),
    [other.id],
  );
});

onDatabases("the last use is known to the minute", async ({ queries }) => {
  const { operator, token } = await withToken(queries, 3_600_000);
  const used = async () => (await tokensOf(queries, operator, start))[0]?.used?.getTime();
  assert.equal(await used(), undefined);
  for (const [passed, known] of [
    [0, 0],
    [60_000, 0],
    [60_001, 60_001],
  ] as const) {
    await findToken(queries, token, start + passed);
    assert.equal(await used(), start + known);
  }
});
