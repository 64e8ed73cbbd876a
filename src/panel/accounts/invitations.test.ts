import assert from "node:assert/strict";
import { onBothDatabases } from "../testing/both-databases.ts";
import { makeOperator, makePerson } from "../testing/rows.ts";
import { acceptInvitation, type Accepting } from "./accept-invitation.ts";
import { findInvitation, invitationLifetime, invite, inviteFirst } from "./invitations.ts";
import { newSecret } from "./secret-value.ts";

const start = 1_700_000_000_000;
const options = { now: start, demonstration: false };
const newcomer = (email: string): Accepting => ({
  kind: "new",
  email,
  name: "Grace",
  language: "en",
  passwordHash: "none",
});

onBothDatabases("an invitation is found by its secret alone, for its time alone", async ({ queries }) => {
  const operator = await makeOperator(queries);
  const membership = { operator, role: "admin" } as const;
  const secret = await invite(queries, { email: "Grace@Example.org", membership, invitedBy: null }, start);
  const found = await findInvitation(queries, secret, start + invitationLifetime - 1);
  assert.equal(found?.email, "grace@example.org");
  assert.ok(!JSON.stringify(found).includes(secret));
  assert.equal(await findInvitation(queries, secret, start + invitationLifetime), undefined);
  assert.equal(await findInvitation(queries, found?.hash ?? "", start), undefined);
});

onBothDatabases("an invitation is accepted once, however many try at the same moment", async ({ queries }) => {
  const operator = await makeOperator(queries);
  const membership = { operator, role: "viewer" } as const;
  const secret = await invite(queries, { email: "grace@example.org", membership, invitedBy: null }, start);
  assert.deepEqual(await acceptInvitation(queries, secret, newcomer("eve@example.org"), options), { kind: "over" });
  const person = await makePerson(queries, { email: "grace@example.org" });
  const who = { kind: "account", email: "grace@example.org", person } as const;
  const all = await Promise.all(Array.from({ length: 8 }, () => acceptInvitation(queries, secret, who, options)));
  assert.equal(all.filter(({ kind }) => kind === "accepted").length, 1);
  assert.deepEqual(await queries.selectFrom("member").select(["operator_id", "role"]).execute(), [
    { operator_id: operator, role: "viewer" },
  ]);
  assert.equal(await findInvitation(queries, secret, start), undefined);
});

onBothDatabases("the first set-up has one link, also when processes start together", async ({ queries }) => {
  const secrets = await Promise.all(Array.from({ length: 5 }, () => inviteFirst(queries, start)));
  const found = await Promise.all(secrets.map((secret) => findInvitation(queries, secret ?? "", start)));
  assert.equal(found.filter((one) => one !== undefined).length, 1);
  const good = secrets.find((_secret, at) => found[at] !== undefined) ?? "";
  const accepted = await acceptInvitation(queries, good, newcomer("ada@example.org"), options);
  assert.equal(accepted.kind, "accepted");
  assert.deepEqual(await queries.selectFrom("person").select(["email", "staff_role"]).execute(), [
    { email: "ada@example.org", staff_role: "admin" },
  ]);
  assert.equal(await inviteFirst(queries, start), undefined);
  assert.deepEqual(await queries.selectFrom("operator").select("id").execute(), []);
});

onBothDatabases(
  "a link that the deployer made is the same after every start, and its time begins once",
  async ({ queries }) => {
    const given = newSecret();
    assert.equal(await inviteFirst(queries, start, given), undefined);
    assert.ok(await findInvitation(queries, given, start));
    const later = start + invitationLifetime - 1;
    assert.equal(await inviteFirst(queries, later, given), undefined);
    assert.ok(await findInvitation(queries, given, later));
    assert.equal(await findInvitation(queries, given, later + 1), undefined);
    const next = newSecret();
    await inviteFirst(queries, later + 1, next);
    assert.ok(await findInvitation(queries, next, later + 1));
    assert.equal(
      (await acceptInvitation(queries, next, newcomer("ada@example.org"), { ...options, now: later + 1 })).kind,
      "accepted",
    );
    await inviteFirst(queries, later + 1, newSecret());
    assert.equal(
      (await queries.selectFrom("invitation").select("id").where("accepted_at", "is", null).execute()).length,
      0,
    );
  },
);

onBothDatabases("nobody gets an account whose address is taken, and the link stays good", async ({ queries }) => {
  await makePerson(queries, { email: "ada@example.org" });
  const secret = await invite(queries, { email: "ada@example.org", staffRole: "support", invitedBy: null }, start);
  assert.deepEqual(await acceptInvitation(queries, secret, newcomer("ADA@example.org"), options), { kind: "taken" });
  assert.ok(await findInvitation(queries, secret, start));
});
