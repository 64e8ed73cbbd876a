import assert from "node:assert/strict";
import { Failure } from "../../model/failure.ts";
import type { Queries } from "../database/database.ts";
import { onBothDatabases } from "../testing/both-databases.ts";
import { makeOperator, makePerson } from "../testing/rows.ts";
import { giveWayBack, wayBackLifetime } from "./give-way-back.ts";
import { computer, giveWayBackFromComputer } from "./give-way-back-from-computer.ts";
import { findSession, startSession } from "./sessions.ts";
import { findToken, makeToken } from "./tokens.ts";
import { findWayBack, takeWayBack } from "./use-way-back.ts";
import { endWaysBack, waysBackOf } from "./ways-back.ts";

const start = 1_700_000_000_000;
const taking = { passwordHash: "new", now: start };

interface People {
  readonly operator: string;
  readonly owner: string;
  readonly viewer: string;
}

async function people(queries: Queries): Promise<People> {
  const operator = await makeOperator(queries);
  const [owner, viewer] = [
    await makePerson(queries, { email: "owner@example.org", memberships: { [operator]: "owner" } }),
    await makePerson(queries, { email: "viewer@example.org", memberships: { [operator]: "viewer" } }),
  ];
  return { operator, owner, viewer };
}

async function give(queries: Queries, { operator, owner, viewer }: People, withoutFactors = false): Promise<string> {
  const given = await giveWayBack(queries, { giver: owner, person: viewer, operator, withoutFactors }, start);
  assert.equal(given.kind, "given");
  return given.secret;
}

const passwordOf = async (queries: Queries, person: string) =>
  (await queries.selectFrom("person").select("password_hash").where("id", "=", person).executeTakeFirstOrThrow())
    .password_hash;

onBothDatabases("a way back is found by its secret alone, for its time alone", async ({ queries }) => {
  const all = await people(queries);
  const secret = await give(queries, all);
  const kept = await queries.selectFrom("way_back").selectAll().execute();
  assert.ok(!JSON.stringify(kept).includes(secret));
  assert.equal((await findWayBack(queries, secret, start + wayBackLifetime - 1))?.account.id, all.viewer);
  assert.equal(await findWayBack(queries, secret, start + wayBackLifetime), undefined);
  for (const wrong of [kept[0]?.hash ?? "", kept[0]?.id ?? "", "", secret.toUpperCase()])
    assert.equal(await findWayBack(queries, wrong, start), undefined);
  assert.equal(await takeWayBack(queries, secret, { ...taking, now: start + wayBackLifetime }), undefined);
  assert.equal(await passwordOf(queries, all.viewer), "none");
});

onBothDatabases("it is used once, however many try at the same moment", async ({ queries }) => {
  const all = await people(queries);
  const secret = await give(queries, all);
  const tries = await Promise.all(
    Array.from({ length: 8 }, (_, at) => takeWayBack(queries, secret, { passwordHash: String(at), now: start })),
  );
  assert.equal(tries.filter((one) => one !== undefined).length, 1);
  assert.equal(await passwordOf(queries, all.viewer), String(tries.findIndex((one) => one !== undefined)));
  assert.equal(await findWayBack(queries, secret, start), undefined);
});

onBothDatabases("a newer one ends the older, however many are given at the same moment", async ({ queries }) => {
  const all = await people(queries);
  const secrets = await Promise.all(Array.from({ length: 5 }, () => give(queries, all)));
  const found = await Promise.all(secrets.map((secret) => findWayBack(queries, secret, start)));
  assert.equal(found.filter((one) => one !== undefined).length, 1);
  assert.equal((await waysBackOf(queries, all.viewer, start)).filter(({ open }) => open).length, 1);
});

onBothDatabases("using and giving at the same moment wait for one another", async ({ queries }) => {
  const all = await people(queries);
  const secret = await give(queries, all);
  await Promise.all([takeWayBack(queries, secret, taking), give(queries, all), takeWayBack(queries, secret, taking)]);
  assert.equal((await waysBackOf(queries, all.viewer, start)).length, 2);
});

onBothDatabases("it is as good as its giver is now, for what the person is now", async ({ queries }) => {
  const all = await people(queries);
  const { operator, owner, viewer } = all;
  const secret = await give(queries, all);
  const good = async () => (await findWayBack(queries, secret, start)) !== undefined;
  const become = (person: string, role: "owner" | "admin") =>
    queries.updateTable("member").set({ role }).where("person_id", "=", person).execute();
  await become(owner, "admin");
  assert.equal(await good(), false);
  assert.equal(await takeWayBack(queries, secret, taking), undefined);
  await become(owner, "owner");
  const staff = (role: "support" | null) =>
    queries.updateTable("person").set({ staff_role: role }).where("id", "=", viewer).execute();
  await staff("support");
  assert.equal(await takeWayBack(queries, secret, taking), undefined, "to the staff it is no owner's to give");
  await staff(null);
  const other = await makeOperator(queries);
  const joined = { operator_id: other, person_id: viewer, role: "viewer", created_at: new Date() } as const;
  await queries.insertInto("member").values(joined).execute();
  await queries.updateTable("operator").set({ suspended_at: new Date() }).where("id", "=", other).execute();
  assert.equal(await takeWayBack(queries, secret, taking), undefined, "nor to a member of another, suspended or not");
  await queries.deleteFrom("member").where("operator_id", "=", other).execute();
  await queries.updateTable("operator").set({ suspended_at: new Date() }).where("id", "=", operator).execute();
  assert.equal(await good(), false, "an operator that is suspended has no owner who may");
  await queries.updateTable("operator").set({ suspended_at: null }).where("id", "=", operator).execute();
  assert.equal(await good(), true);
  assert.equal(await passwordOf(queries, viewer), "none");
  await queries.deleteFrom("person").where("id", "=", owner).execute();
  assert.equal(await good(), false);
  const [listed] = await waysBackOf(queries, viewer, start);
  assert.equal(listed?.giver, undefined);
});

onBothDatabases(
  "from the panel's computer everybody gets in again, the only administrator too",
  async ({ queries }) => {
    const { operator, viewer } = await people(queries);
    const admin = await makePerson(queries, { email: "admin@host.example", staffRole: "admin" });
    const letIn = (email: string, withoutFactors = false) =>
      giveWayBackFromComputer(queries, { email, withoutFactors }, start);
    const secret = await letIn("Admin@Host.example", true);
    assert.equal((await findWayBack(queries, secret, start))?.account.id, admin);
    const [listed] = await waysBackOf(queries, admin, start);
    assert.deepEqual([listed?.giver, listed?.open], ["computer", true]);
    const taken = await takeWayBack(queries, secret, taking);
    assert.deepEqual([taken?.giver, taken?.withoutFactors, taken?.operators], [computer, true, []]);
    assert.equal(await passwordOf(queries, admin), "new");
    assert.equal(await takeWayBack(queries, secret, taking), undefined, "once");

    const first = await letIn("viewer@example.org");
    const second = await letIn("viewer@example.org");
    assert.equal(await findWayBack(queries, first, start), undefined, "a newer one ends the older");
    assert.equal(await findWayBack(queries, second, start + wayBackLifetime), undefined);
    assert.equal((await findWayBack(queries, second, start))?.withoutFactors, false);
    await queries.deleteFrom("member").where("person_id", "=", viewer).execute();
    for (const email of ["viewer@example.org", "admn@host.example"])
      await assert.rejects(letIn(email), (error: unknown) => {
        assert.ok(error instanceof Failure);
        assert.equal(error.report.code, "account-missing");
        if (email.startsWith("admn")) assert.match(error.report.next, /admin@host\.example/);
        return true;
      });

    const trail = await queries.selectFrom("audit").selectAll().orderBy("sequence").execute();
    assert.deepEqual(
      trail.map(({ actor, action, subject, operator_id: of }) => [actor, action, subject, of]),
      [
        [computer, "way-back.give", "admin@host.example", null],
        [computer, "way-back.give", "viewer@example.org", operator],
        [computer, "way-back.give", "viewer@example.org", operator],
      ],
    );
    assert.ok(![secret, first, second].some((one) => JSON.stringify(trail).includes(one)));
  },
);

onBothDatabases("what could still be open to somebody else ends, and nothing of others", async ({ queries }) => {
  const all = await people(queries);
  const { operator, owner, viewer } = all;
  const source = { address: "192.0.2.7", agent: "test" };
  const openings = async (person: string) => {
    const session = await startSession(queries, { person, stage: "complete", source, now: start });
    const options = { operator, person, name: "t", scopes: ["read"] as const, lifetime: 1000, now: start };
    const { token } = await makeToken(queries, options);
    await queries
      .insertInto("challenge")
      .values({ id: `c${person}`, challenge: "x", person_id: person, expires_at: new Date(start + 1000) })
      .execute();
    return async () => ({
      session: (await findSession(queries, session, start)) !== undefined,
      token: (await findToken(queries, token, start)) !== undefined,
      challenge:
        (await queries.selectFrom("challenge").select("id").where("person_id", "=", person).execute()).length > 0,
    });
  };
  const [theirs, others] = [await openings(viewer), await openings(owner)];
  assert.ok((await takeWayBack(queries, await give(queries, all), taking)) !== undefined);
  assert.deepEqual(await theirs(), { session: false, token: false, challenge: false });
  assert.deepEqual(await others(), { session: true, token: true, challenge: true });
});

onBothDatabases("second factors stay unless it is given without them", async ({ queries }) => {
  const all = await people(queries);
  const { viewer, owner } = all;
  for (const person of [viewer, owner]) {
    await queries.updateTable("person").set({ totp_secret: "sealed" }).where("id", "=", person).execute();
    await queries.insertInto("recovery_code").values({ person_id: person, hash: "code" }).execute();
    const key = { credential_id: person, public_key: "none", counter: 0, transports: "", name: "key" };
    await queries
      .insertInto("passkey")
      .values({ id: person, person_id: person, created_at: new Date(start), ...key })
      .execute();
  }
  const left = async (person: string) => {
    const account = await queries.selectFrom("person").selectAll().where("id", "=", person).executeTakeFirstOrThrow();
    const rows = [];
    for (const table of ["passkey", "recovery_code"] as const)
      rows.push(...(await queries.selectFrom(table).selectAll().where("person_id", "=", person).execute()));
    return [account.totp_secret, rows.length];
  };
  await takeWayBack(queries, await give(queries, all), taking);
  assert.deepEqual(await left(viewer), ["sealed", 2]);
  await takeWayBack(queries, await give(queries, all, true), taking);
  assert.deepEqual(await left(viewer), [null, 0]);
  assert.deepEqual(await left(owner), ["sealed", 2]);
});

onBothDatabases("a person ends what is open for them, and nothing of others", async ({ queries }) => {
  const all = await people(queries);
  const secret = await give(queries, all);
  const [{ id } = { id: "" }] = await waysBackOf(queries, all.viewer, start);
  assert.equal(await endWaysBack(queries, all.owner, start, id), false);
  assert.equal(await endWaysBack(queries, all.viewer, start, "other"), false);
  assert.ok(await findWayBack(queries, secret, start));
  assert.equal(await endWaysBack(queries, all.viewer, start, id), true);
  assert.equal(await findWayBack(queries, secret, start), undefined);
  assert.equal(await endWaysBack(queries, all.viewer, start, id), false);
});
