import assert from "node:assert/strict";
import { sharedDatabases } from "../testing/both-databases.ts";
import { makeOperator, makePerson } from "../testing/rows.ts";
import * as sessions from "./sessions.ts";
import type { Queries } from "../database/database.ts";

const onDatabases = sharedDatabases();
const start = 1_700_000_000_000;
const source = { address: "192.0.2.7", agent: "a".repeat(300) };
let count = 0;

async function signedIn(
  queries: Queries,
  stage: "password" | "complete" = "complete",
): Promise<{ readonly person: string; readonly secret: string }> {
  const person = await makePerson(queries, { email: `person${String((count += 1))}@example.org` });
  return { person, secret: await sessions.startSession(queries, { person, stage, source, now: start }) };
}

onDatabases("the database has neither the secret nor more of the browser's name than fits", async ({ queries }) => {
  const { person, secret } = await signedIn(queries);
  const row = await queries.selectFrom("session").selectAll().where("person_id", "=", person).executeTakeFirstOrThrow();
  assert.ok(!JSON.stringify(row).includes(secret));
  assert.equal(row.agent.length, 200);
  assert.equal(await sessions.findSession(queries, row.hash, start), undefined);
  assert.equal(await sessions.findSession(queries, row.id, start), undefined);
  assert.equal((await sessions.findSession(queries, secret, start))?.actor.id, person);
});

onDatabases("a session ends when it is not used", async ({ queries }) => {
  const { secret } = await signedIn(queries);
  const used = start + sessions.idleLimit;
  assert.ok(await sessions.findSession(queries, secret, used));
  assert.ok(await sessions.findSession(queries, secret, used + sessions.idleLimit));
  assert.equal(await sessions.findSession(queries, secret, used + 2 * sessions.idleLimit + 1), undefined);
  // It does not come back when the clock does.
  assert.equal(await sessions.findSession(queries, secret, used), undefined);
});

onDatabases("a session ends after its longest time, however much it is used", async ({ queries }) => {
  const { secret } = await signedIn(queries);
  for (let time = start; time <= start + sessions.absoluteLimit; time += sessions.idleLimit / 2)
    assert.ok(await sessions.findSession(queries, secret, time), String(time - start));
  assert.ok(await sessions.findSession(queries, secret, start + sessions.absoluteLimit));
  assert.equal(await sessions.findSession(queries, secret, start + sessions.absoluteLimit + 1), undefined);
});

onDatabases("the second factor has to follow soon, also when somebody keeps trying", async ({ queries }) => {
  const { secret } = await signedIn(queries, "password");
  for (let time = start; time <= start + sessions.passwordStageLimit; time += 30_000)
    assert.equal((await sessions.findSession(queries, secret, time))?.stage, "password");
  assert.equal(await sessions.findSession(queries, secret, start + sessions.passwordStageLimit + 1), undefined);
});

onDatabases("a proof is fresh for a while, and again after the next", async ({ queries }) => {
  const { secret } = await signedIn(queries);
  const fresh = async (now: number) => (await sessions.findSession(queries, secret, now))?.actor.fresh;
  assert.equal(await fresh(start + sessions.freshFor), true);
  const later = start + sessions.freshFor + 1;
  assert.equal(await fresh(later), false);
  const id = (await sessions.findSession(queries, secret, later))?.actor.session ?? "";
  await sessions.noteProof(queries, id, later);
  assert.equal(await fresh(later + sessions.freshFor), true);
});

onDatabases("a role that is taken away is gone with the next request", async ({ queries }) => {
  const { person, secret } = await signedIn(queries);
  const operator = await makeOperator(queries);
  const actor = async () => (await sessions.findSession(queries, secret, start))?.actor;
  assert.equal((await actor())?.memberships.size, 0);
  await queries
    .insertInto("member")
    .values({ operator_id: operator, person_id: person, role: "owner", created_at: new Date(start) })
    .execute();
  assert.deepEqual([...((await actor())?.memberships ?? [])], [[operator, "owner"]]);
  await queries.updateTable("member").set({ role: "viewer" }).where("person_id", "=", person).execute();
  assert.equal((await actor())?.memberships.get(operator), "viewer");
  const suspend = (time: Date | null) =>
    queries.updateTable("operator").set({ suspended_at: time }).where("id", "=", operator).execute();
  await suspend(new Date(start));
  assert.equal((await actor())?.memberships.size, 0);
  await suspend(null);
  await queries.deleteFrom("member").where("person_id", "=", person).execute();
  assert.equal((await actor())?.memberships.size, 0);
  await queries.updateTable("person").set({ staff_role: "admin" }).where("id", "=", person).execute();
  assert.equal((await actor())?.staffRole, "admin");
  await queries.updateTable("person").set({ staff_role: null }).where("id", "=", person).execute();
  assert.equal((await actor())?.staffRole, null);
  await queries.deleteFrom("person").where("id", "=", person).execute();
  assert.equal(await actor(), undefined);
});

onDatabases("a renewed session has another cookie, and the old one is worth nothing", async ({ queries }) => {
  const { person, secret } = await signedIn(queries);
  const id = (await sessions.findSession(queries, secret, start))?.actor.session ?? "";
  const renewed = await sessions.renewSession(queries, id, start);
  assert.equal(await sessions.findSession(queries, secret, start), undefined);
  const found = await sessions.findSession(queries, renewed, start);
  assert.deepEqual([found?.actor.id, found?.actor.session], [person, id]);
});

onDatabases("sessions are ended one, all, or all but one, and never another person's", async ({ queries }) => {
  const { person, secret } = await signedIn(queries);
  const other = await signedIn(queries);
  const open = () => sessions.startSession(queries, { person, stage: "complete", source, now: start });
  const second = await open();
  const third = await open();
  const alive = async (of: string) => (await sessions.findSession(queries, of, start)) !== undefined;
  const id = (await sessions.findSession(queries, second, start))?.actor.session ?? "";
  assert.equal(await sessions.endSessionOf(queries, other.person, id), false);
  assert.equal((await sessions.sessionsOf(queries, person, start)).length, 3);
  await sessions.endSession(queries, third);
  assert.deepEqual(await Promise.all([secret, second, third].map(alive)), [true, true, false]);
  await sessions.endSessions(queries, person, id);
  assert.deepEqual(await Promise.all([secret, second].map(alive)), [false, true]);
  assert.equal(await sessions.endSessionOf(queries, person, id), true);
  assert.equal(await alive(second), false);
  await sessions.endSessions(queries, person);
  assert.ok(await alive(other.secret));
});

onDatabases("the list shows what is not over, the last used first", async ({ queries }) => {
  const { person, secret } = await signedIn(queries);
  const later = start + sessions.idleLimit - 1;
  await sessions.startSession(queries, { person, stage: "complete", source, now: later });
  await sessions.startSession(queries, { person, stage: "password", source, now: later });
  const listed = await sessions.sessionsOf(queries, person, later);
  assert.deepEqual(
    listed.map(({ started }) => started.getTime()),
    [later, start],
  );
  assert.equal((await sessions.sessionsOf(queries, person, later + 2)).length, 1);
  assert.ok(!JSON.stringify(listed).includes(secret));
});
