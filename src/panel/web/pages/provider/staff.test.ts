import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

void test("the last administrator stays; whoever is removed is signed out", async () => {
  const one = await panel.makePerson({ email: "one@host.example", staffRole: "admin" });
  const browser = await panel.browser(one);
  const refused = await browser.post(`/provider/staff/${one.id}/remove`);
  assert.equal(refused.status, 422);
  assert.match(refused.text, /last administrator cannot be removed/);
  const two = await panel.makePerson({ email: "two@host.example", staffRole: "admin" });
  const other = await panel.browser(two);
  await browser.post(`/provider/staff/${two.id}/remove`);
  assert.match((await other.get("/provider")).location, /^\/sign-in/);
  assert.equal((await browser.post("/provider/staff/nobody/remove")).status, 404);
});

void test("invitations to the staff are bound to an address and a role, shown once, and can be withdrawn", async () => {
  const browser = await panel.browser(await panel.makePerson({ email: "three@host.example", staffRole: "admin" }));
  const made = await browser.post("/provider/staff", { email: "New@host.example", role: "support" });
  assert.match(made.text, /\/invitations\/[\w-]{43}/);
  const again = await browser.get("/provider/staff");
  assert.doesNotMatch(again.text, /\/invitations\/[\w-]{43}/);
  assert.match(again.text, /new@host\.example as support/);
  const row = await panel.queries.selectFrom("invitation").selectAll().executeTakeFirstOrThrow();
  assert.equal(row.staff_role, "support");
  await browser.post(`/provider/staff/invitations/${row.id}/withdraw`);
  assert.doesNotMatch((await browser.get("/provider/staff")).text, /new@host\.example/);
  for (const wrong of [
    { email: "new@host.example", role: "owner" },
    { email: "three@host.example", role: "admin" },
    { email: "new@host.example", role: "support", staff_role: "admin" },
  ])
    assert.equal((await browser.post("/provider/staff", wrong)).status, 422);
});

void test("the trail is filtered, exported with its hashes, and checked", async () => {
  const support = await panel.makePerson({ email: "support@host.example", staffRole: "support" });
  const browser = await panel.browser(support);
  await browser.post("/provider/staff", { email: "x@host.example", role: "admin" });
  const denied = await browser.get("/provider/audit?outcome=denied&actor=support%40");
  assert.match(denied.text, /provider\.staff\.write/);
  assert.doesNotMatch(denied.text, /<code>staff\.invite<\/code>/);
  const exported = await browser.get("/provider/audit/export");
  const lines = exported.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { sequence: number; hash: string });
  const all = await panel.queries
    .selectFrom("audit")
    .select(["sequence", "hash"])
    .orderBy("sequence", "desc")
    .execute();
  assert.deepEqual(
    lines.map(({ sequence, hash }) => ({ sequence, hash })),
    all,
  );
  assert.match((await browser.get("/provider/audit?check=yes")).text, /The chain is whole/);
  await panel.queries.updateTable("audit").set({ actor: "somebody else" }).where("sequence", "=", 2).execute();
  assert.match((await browser.get("/provider/audit?check=yes")).text, /broken at entry 2/);
});
