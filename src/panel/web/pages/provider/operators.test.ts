import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeToken, findToken } from "../../../accounts/tokens.ts";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

const linkOf = (text: string): string | undefined =>
  /\/invitations\/(?<secret>[\w-]{43})/.exec(text)?.groups?.["secret"];

void test("an operator is made with a name and an address, and the link is shown once", async () => {
  const admin = await panel.browser(await panel.makePerson({ email: "a1@host.example", staffRole: "admin" }));
  const made = await admin.post("/provider/operators", { name: "Choir", email: "Owner@Choir.example" });
  assert.equal(made.status, 200);
  assert.ok(linkOf(made.text) !== undefined);
  const { id } = await panel.queries
    .selectFrom("operator")
    .select("id")
    .where("name", "=", "Choir")
    .executeTakeFirstOrThrow();
  const detail = await admin.get(`/provider/operators/${id}`);
  assert.match(detail.text, /owner@choir\.example as owner/);
  assert.equal(linkOf(detail.text), undefined);
  const found = await admin.get("/provider/operators?search=owner%40choir");
  assert.match(found.text, new RegExp(`/provider/operators/${id}`));
  const again = await admin.post(`/provider/operators/${id}/invite`, { email: "owner@choir.example" });
  assert.notEqual(linkOf(again.text), linkOf(made.text));
  const open = await panel.queries.selectFrom("invitation").select("id").where("operator_id", "=", id).execute();
  assert.equal(open.length, 1);
});

void test("mistakes are said at the field, and what was typed stays", async () => {
  const admin = await panel.browser(await panel.makePerson({ email: "a2@host.example", staffRole: "admin" }));
  await panel.makeOperator("Taken");
  const wrong = await admin.post("/provider/operators", { name: "<b>Band</b>", email: "nobody" });
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /id="email-error"/);
  assert.match(wrong.text, /value="&lt;b&gt;Band&lt;\/b&gt;"/);
  const taken = await admin.post("/provider/operators", { name: "taken", email: "x@example.org" });
  assert.match(taken.text, /id="name-error"/);
  const owned = await admin.post("/provider/operators", {
    name: "New",
    email: "x@example.org",
    id: "mine",
    suspended_at: "",
  });
  assert.equal(owned.status, 422);
  assert.equal(
    await panel.queries.selectFrom("operator").select("id").where("name", "=", "New").executeTakeFirst(),
    undefined,
  );
});

void test("a search takes signs of patterns as they are, and a thousand operators come in pages", async () => {
  const admin = await panel.browser(await panel.makePerson({ email: "a3@host.example", staffRole: "support" }));
  const created_at = new Date(panel.panel.now());
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    id: `bulk-${String(index)}`,
    name: `Bulk ${String(index).padStart(4, "0")}`,
    created_at,
  }));
  await panel.queries.insertInto("operator").values(rows).execute();
  const first = await admin.get("/provider/operators?search=Bulk");
  assert.match(first.text, /Operators: 1,000/);
  assert.match(first.text, /Page 1 of 20/);
  const last = await admin.get("/provider/operators?search=Bulk&page=20");
  assert.match(last.text, /Bulk 0999/);
  assert.match((await admin.get("/provider/operators?search=%25_")).text, /Nothing fits/);
});

void test("suspending ends the ways in of members and tokens with the next request", async () => {
  const operator = await panel.makeOperator("Club");
  const owner = await panel.makePerson({ email: "owner@club.example", memberships: { [operator]: "owner" } });
  const now = panel.panel.now();
  const { token } = await makeToken(panel.queries, {
    operator,
    person: owner.id,
    name: "t",
    scopes: ["read"],
    lifetime: 1e6,
    now,
  });
  const admin = await panel.browser(await panel.makePerson({ email: "a4@host.example", staffRole: "admin" }));
  await admin.post(`/provider/operators/${operator}/suspend`);
  assert.equal(await findToken(panel.queries, token, now), undefined);
  assert.match((await admin.get(`/provider/operators/${operator}`)).text, /suspended/);
  await admin.post(`/provider/operators/${operator}/unsuspend`);
  assert.notEqual(await findToken(panel.queries, token, now), undefined);
  const written = await panel.queries
    .selectFrom("audit")
    .select("action")
    .where("operator_id", "=", operator)
    .orderBy("sequence")
    .execute();
  assert.deepEqual(
    written.map(({ action }) => action),
    ["operator.suspend", "operator.resume"],
  );
});

void test("suspending asks for a fresh proof", async () => {
  const operator = await panel.makeOperator("Guild");
  const admin = await panel.browser(await panel.makePerson({ email: "a5@host.example", staffRole: "admin" }));
  panel.pass(16 * 60_000);
  const answer = await admin.post(`/provider/operators/${operator}/suspend`);
  assert.match(answer.location, /^\/profile\/prove/);
  const row = await panel.queries
    .selectFrom("operator")
    .select("suspended_at")
    .where("id", "=", operator)
    .executeTakeFirst();
  assert.equal(row?.suspended_at, null);
});
