import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freshFor } from "../../../accounts/sessions.ts";
import { findToken } from "../../../accounts/tokens.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
let owner: TestPerson;
let base: string;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Riverside");
  base = `/operators/${operator}/tokens`;
  owner = await panel.makePerson({ email: "owner@example.org", memberships: { [operator]: "owner" } });
});
after(() => panel.close());

const form = { name: "nightly <i>report</i>", read: "true", deploy: "true", lifetime: "30" };

function tokenIn(text: string): string {
  return /<code>(?<token>fedi_[A-Za-z0-9_-]{43})<\/code>/.exec(text)?.groups?.["token"] ?? "";
}

void test("a token is shown once, good for what was chosen, and not kept as it is", async () => {
  const browser = await panel.browser(owner);
  assert.equal((await browser.get(`${base}/new`)).status, 200);
  const made = await browser.post(base, form);
  const token = tokenIn(made.text);
  const actor = await findToken(panel.queries, token, panel.panel.now());
  assert.deepEqual([actor?.operator, actor?.role, actor?.scopes], [operator, "owner", ["read", "deploy"]]);
  const { text } = await browser.get(base);
  assert.match(text, /nightly &lt;i&gt;report&lt;\/i&gt;/);
  assert.ok(!text.includes(token));
  const rows = [];
  for (const table of ["token", "audit"] as const)
    rows.push(await panel.queries.selectFrom(table).selectAll().execute());
  assert.ok(!JSON.stringify(rows).includes(token));
});

void test("a token ends after its time, when it is revoked, and when its maker leaves", async () => {
  const browser = await panel.browser(owner);
  const first = tokenIn((await browser.post(base, { ...form, name: "first" })).text);
  assert.equal(await findToken(panel.queries, first, panel.panel.now() + 30 * 24 * 3_600_000 + 1), undefined);
  const { id } = await panel.queries
    .selectFrom("token")
    .select("id")
    .where("name", "=", "first")
    .executeTakeFirstOrThrow();
  assert.equal((await browser.post(`${base}/revoke`, { id })).location, `${base}?done=revoked`);
  assert.equal(await findToken(panel.queries, first, panel.panel.now()), undefined);

  const second = await panel.makePerson({ email: "second@example.org", memberships: { [operator]: "owner" } });
  const theirs = await panel.browser(second);
  const token = tokenIn((await theirs.post(base, { ...form, name: "theirs" })).text);
  assert.notEqual(await findToken(panel.queries, token, panel.panel.now()), undefined);
  await theirs.post(`/operators/${operator}/leave`);
  await panel.queries
    .insertInto("member")
    .values({ operator_id: operator, person_id: second.id, role: "viewer", created_at: new Date() })
    .execute();
  assert.equal(await findToken(panel.queries, token, panel.panel.now()), undefined, "nor does it come back with them");
});

void test("forms that say something else are refused, with what was typed kept", async () => {
  const browser = await panel.browser(owner);
  for (const wrong of [
    { ...form, name: "" },
    { ...form, lifetime: "100000" },
    { ...form, read: "", deploy: "", write: "" },
    { ...form, operator_id: "other" },
    { ...form, admin: "true" },
  ]) {
    const answer = await browser.post(base, wrong);
    assert.equal(answer.status, 422, JSON.stringify(wrong));
    assert.equal(tokenIn(answer.text), "");
  }
  const kept = await browser.post(base, { name: "kept name", lifetime: "365" });
  assert.match(kept.text, /value="kept name"/);
  assert.match(kept.text, /Choose at least one/);
});

void test("making and revoking is the owner's alone, with a fresh proof, and within one operator", async () => {
  const browser = await panel.browser(owner);
  await browser.post(base, { ...form, name: "target" });
  const { id } = await panel.queries
    .selectFrom("token")
    .select("id")
    .where("name", "=", "target")
    .executeTakeFirstOrThrow();
  const admin = await panel.makePerson({ email: "admin@example.org", memberships: { [operator]: "admin" } });
  const lesser = await panel.browser(admin);
  for (const path of [base, `${base}/revoke`]) assert.equal((await lesser.post(path, { ...form, id })).status, 403);
  assert.equal((await lesser.get(base)).status, 403);
  const other = await panel.makeOperator("Hillside");
  const stranger = await panel.browser(
    await panel.makePerson({ email: "hill@example.org", memberships: { [other]: "owner" } }),
  );
  assert.equal((await stranger.post(`/operators/${other}/tokens/revoke`, { id })).status, 404);
  panel.pass(freshFor + 1);
  assert.match((await browser.get(`${base}/new`)).location, /^\/profile\/prove\?next=/);
  assert.match((await browser.post(base, form)).location, /^\/profile\/prove/);
  assert.match((await browser.post(`${base}/revoke`, { id })).location, /^\/profile\/prove/);
  assert.equal((await browser.get(base)).status, 200);
});
