import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freshFor } from "../../../accounts/sessions.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
let owner: TestPerson;
let admin: TestPerson;
let viewer: TestPerson;
let base: string;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Riverside");
  base = `/operators/${operator}/members`;
  owner = await panel.makePerson({ email: "owner@example.org", memberships: { [operator]: "owner" } });
  admin = await panel.makePerson({ email: "admin@example.org", memberships: { [operator]: "admin" } });
  viewer = await panel.makePerson({ email: "viewer@example.org", memberships: { [operator]: "viewer" } });
});
after(() => panel.close());

async function membersNow(): Promise<Record<string, string>> {
  const rows = await panel.queries
    .selectFrom("member")
    .innerJoin("person", "person.id", "person_id")
    .select(["email", "role"])
    .where("operator_id", "=", operator)
    .execute();
  return Object.fromEntries(rows.map(({ email, role }) => [email, role]));
}

void test("an invitation's link is shown once, and in no list", async () => {
  const browser = await panel.browser(owner);
  const made = await browser.post(`${base}/invitations`, { email: "New@example.org", role: "admin" });
  const [link = ""] = /http:\/\/localhost:8080\/invitations\/[A-Za-z0-9_-]{43}/.exec(made.text) ?? [];
  assert.notEqual(link, "");
  const secret = link.split("/").at(-1) ?? "";
  for (const person of [owner, admin]) {
    const { text } = await (await panel.browser(person)).get(base);
    assert.match(text, /new@example\.org/);
    assert.ok(!text.includes(secret));
    assert.ok(!text.includes("/invitations/"), "no list has links");
  }
  const kept = JSON.stringify(await panel.queries.selectFrom("invitation").selectAll().execute());
  const audit = JSON.stringify(await panel.queries.selectFrom("audit").selectAll().execute());
  assert.ok(!kept.includes(secret) && !audit.includes(secret));
  assert.equal((await (await panel.browser()).get(`/invitations/${secret}`)).status, 200);
});

void test("nobody invites to their own rank or above, but owners", async () => {
  const browser = await panel.browser(admin);
  const { text } = await browser.get(base);
  assert.match(text, /value="viewer"/);
  assert.doesNotMatch(text, /value="admin"|value="owner"/);
  for (const role of ["owner", "admin", "root", ""]) {
    const answer = await browser.post(`${base}/invitations`, { email: "above@example.org", role });
    assert.equal(answer.status, 422, role);
  }
  assert.equal((await browser.post(`${base}/invitations`, { email: "below@example.org", role: "viewer" })).status, 200);
  const viewing = await panel.browser(viewer);
  assert.equal((await viewing.get(base)).status, 403);
  assert.equal((await viewing.post(`${base}/invitations`, { email: "x@example.org", role: "viewer" })).status, 403);
});

void test("fields that the server owns are refused", async () => {
  const browser = await panel.browser(owner);
  const form = { email: "owned@example.org", role: "viewer" };
  for (const extra of [
    { operator_id: "other" },
    { invited_by: viewer.id },
    { expires_at: "2099-01-01" },
    { hash: "x" },
  ])
    assert.equal((await browser.post(`${base}/invitations`, { ...form, ...extra })).status, 422);
  const rows = await panel.queries.selectFrom("invitation").select("id").where("email", "=", form.email).execute();
  assert.equal(rows.length, 0);
});

void test("members and those who are invited are not invited again; an invitation can be withdrawn", async () => {
  const browser = await panel.browser(owner);
  const send = (email: string) => browser.post(`${base}/invitations`, { email, role: "viewer" });
  assert.match((await send("viewer@example.org")).text, /a member already/);
  const { text } = await send("twice@example.org");
  const secret = /\/invitations\/(?<secret>[A-Za-z0-9_-]{43})/.exec(text)?.groups?.["secret"] ?? "";
  assert.match((await send("twice@example.org")).text, /invited already/);
  const { id } = await panel.queries
    .selectFrom("invitation")
    .select("id")
    .where("email", "=", "twice@example.org")
    .executeTakeFirstOrThrow();
  assert.equal((await browser.post(`${base}/withdraw`, { id })).status, 303);
  assert.equal((await (await panel.browser()).get(`/invitations/${secret}`)).status, 404);
});

void test("an administrator cannot withdraw an invitation to their own rank, and nobody another operator's", async () => {
  await (await panel.browser(owner)).post(`${base}/invitations`, { email: "high@example.org", role: "owner" });
  const { id } = await panel.queries
    .selectFrom("invitation")
    .select("id")
    .where("email", "=", "high@example.org")
    .executeTakeFirstOrThrow();
  assert.equal((await (await panel.browser(admin)).post(`${base}/withdraw`, { id })).status, 403);
  const other = await panel.makeOperator("Hillside");
  const stranger = await panel.makePerson({ email: "hill@example.org", memberships: { [other]: "owner" } });
  const browser = await panel.browser(stranger);
  assert.equal((await browser.post(`/operators/${other}/members/withdraw`, { id })).status, 404);
  assert.equal((await browser.post(`${base}/withdraw`, { id })).status, 404);
  assert.equal((await browser.get(`/operators/${other}/members/${viewer.id}`)).status, 404);
  const open = await panel.queries.selectFrom("invitation").select("id").where("id", "=", id).execute();
  assert.equal(open.length, 1);
});

void test("a role that changes ends the person's sessions", async () => {
  const changed = await panel.makePerson({ email: "changed@example.org", memberships: { [operator]: "admin" } });
  const theirs = await panel.browser(changed);
  const browser = await panel.browser(owner);
  assert.equal((await browser.post(`${base}/${changed.id}`, { role: "viewer" })).status, 303);
  assert.equal((await membersNow())["changed@example.org"], "viewer");
  assert.equal((await theirs.get("/")).location, "/sign-in");
});

void test("who is removed has no session, token or open invitation left", async () => {
  const gone = await panel.makePerson({ email: "gone@example.org", memberships: { [operator]: "admin" } });
  const theirs = await panel.browser(gone);
  await theirs.post(`${base}/invitations`, { email: "friend@example.org", role: "viewer" });
  const browser = await panel.browser(owner);
  assert.equal((await browser.post(`${base}/${gone.id}/remove`)).status, 303);
  assert.equal((await theirs.get("/")).location, "/sign-in");
  assert.equal((await membersNow())["gone@example.org"], undefined);
  const left = await panel.queries
    .selectFrom("invitation")
    .select("id")
    .where("email", "=", "friend@example.org")
    .execute();
  assert.equal(left.length, 0);
});

void test("removing and changing need the owner and a fresh proof", async () => {
  for (const path of [`${base}/${viewer.id}`, `${base}/${viewer.id}/remove`])
    assert.equal((await (await panel.browser(admin)).post(path, { role: "owner" })).status, 403);
  const browser = await panel.browser(owner);
  panel.pass(freshFor + 1);
  assert.equal(
    (await browser.get(`${base}/${viewer.id}`)).location,
    `/profile/prove?next=${encodeURIComponent(`${base}/${viewer.id}`)}`,
  );
  assert.match((await browser.post(`${base}/${viewer.id}/remove`)).location, /^\/profile\/prove/);
  assert.equal((await membersNow())["viewer@example.org"], "viewer");
});

void test("the last owner can neither leave, nor be removed, nor become less", async () => {
  const browser = await panel.browser(owner);
  assert.equal((await browser.post(`/operators/${operator}/leave`)).status, 409);
  assert.equal((await browser.post(`${base}/${owner.id}/remove`)).status, 409);
  assert.equal((await browser.post(`${base}/${owner.id}`, { role: "viewer" })).status, 409);
  assert.equal((await membersNow())["owner@example.org"], "owner");
});

void test("two owners who leave at the same moment leave one", async () => {
  const pair = await panel.makeOperator("Pair");
  const people = await Promise.all(
    ["one@example.org", "two@example.org"].map((email) =>
      panel.makePerson({ email, memberships: { [pair]: "owner" } }),
    ),
  );
  const browsers = await Promise.all(people.map((person) => panel.browser(person)));
  const answers = await Promise.all(browsers.map((browser) => browser.post(`/operators/${pair}/leave`)));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [303, 409],
  );
});

void test("a viewer may leave, and keeps the session", async () => {
  const leaving = await panel.makePerson({ email: "leaving@example.org", memberships: { [operator]: "viewer" } });
  const browser = await panel.browser(leaving);
  assert.equal((await browser.get(`/operators/${operator}/leave`)).status, 200);
  assert.equal((await browser.post(`/operators/${operator}/leave`)).location, "/");
  assert.equal((await browser.get("/")).status, 200);
  assert.equal((await membersNow())["leaving@example.org"], undefined);
});

void test("names cannot bring markup onto the page", async () => {
  const name = `<img src=x onerror="alert(1)">`;
  await panel.queries.updateTable("person").set({ name }).where("id", "=", admin.id).execute();
  const { text } = await (await panel.browser(owner)).get(base);
  assert.ok(!text.includes("<img src=x"));
  assert.match(text, /&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;/);
});
