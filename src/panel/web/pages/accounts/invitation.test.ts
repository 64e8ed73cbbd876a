import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { invitationLifetime, invite, inviteFirst, type InvitationGrant } from "../../../accounts/invitations.ts";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Riverside");
});
after(() => panel.close());

const password = "seven wild geese over the river";

async function link(email: string, role: "owner" | "admin" | "viewer" = "viewer"): Promise<string> {
  const grant: InvitationGrant = { email, membership: { operator, role }, invitedBy: null };
  return `/invitations/${await invite(panel.queries, grant, panel.panel.now())}`;
}

async function roleOf(email: string): Promise<string | undefined> {
  const row = await panel.queries
    .selectFrom("member")
    .innerJoin("person", "person.id", "person_id")
    .select("role")
    .where("email", "=", email)
    .where("operator_id", "=", operator)
    .executeTakeFirst();
  return row?.role;
}

void test("an invitation makes an account with its address and role, and signs in", async () => {
  const path = await link("Ada@example.org", "admin");
  const browser = await panel.browser();
  const page = await browser.get(path);
  assert.match(page.text, /You are invited to Riverside\. Your role: Administrator\./);
  assert.doesNotMatch(page.text, /<input[^>]*name="email"/);
  const answer = await browser.post(path, { name: "Ada", password });
  assert.equal(answer.location, `/operators/${operator}/services`);
  assert.equal(await roleOf("ada@example.org"), "admin");
  assert.equal((await browser.get("/")).location, `/operators/${operator}/services`);
});

void test("an invitation works once", async () => {
  const path = await link("once@example.org");
  assert.equal((await (await panel.browser()).post(path, { name: "First", password })).status, 303);
  const second = await panel.browser();
  assert.equal((await second.get(path)).status, 404);
  assert.equal((await second.post(path, { name: "Second", password })).status, 404);
});

void test("an invitation works once when two accept at the same moment", async () => {
  const path = await link("race@example.org");
  const answers = await Promise.all(
    ["One", "Two"].map(async (name) => (await panel.browser()).post(path, { name, password })),
  );
  assert.equal(answers.filter(({ status }) => status === 303).length, 1);
  const people = await panel.queries
    .selectFrom("person")
    .select("id")
    .where("email", "=", "race@example.org")
    .execute();
  assert.equal(people.length, 1);
});

void test("an invitation ends after seven days", async () => {
  const path = await link("late@example.org");
  panel.pass(invitationLifetime + 1);
  assert.equal((await (await panel.browser()).get(path)).status, 404);
});

void test("an invitation cannot be used with another address or another role", async () => {
  const path = await link("bound@example.org");
  const browser = await panel.browser();
  for (const extra of [{ email: "other@example.org" }, { role: "owner" }, { staff_role: "admin" }]) {
    const answer = await browser.post(path, { name: "Other", password, ...extra });
    assert.equal(answer.status, 422, JSON.stringify(extra));
  }
  assert.equal(await roleOf("bound@example.org"), undefined);
});

void test("somebody else who is signed in cannot take an invitation", async () => {
  const path = await link("guest@example.org", "owner");
  const browser = await panel.browser(await panel.makePerson({ email: "thief@example.org" }));
  assert.equal((await browser.get(path)).status, 403);
  assert.equal((await browser.post(path)).status, 403);
  assert.equal(await roleOf("thief@example.org"), undefined);
  const denied = await panel.queries
    .selectFrom("audit")
    .select(["action", "subject"])
    .where("actor", "=", "person thief@example.org")
    .where("outcome", "=", "denied")
    .execute();
  const entry = { action: "invitation.accept", subject: "guest@example.org" };
  assert.deepEqual(denied, [entry, entry]);
  assert.equal((await (await panel.browser()).get(path)).status, 200);
});

void test("whoever has an account joins with its password", async () => {
  const known = await panel.makePerson({ email: "known@example.org" });
  const path = await link("known@example.org");
  const browser = await panel.browser();
  assert.match((await browser.get(path)).text, /You have an account with this address already/);
  assert.equal((await browser.post(path, { password: "something quite different" })).status, 422);
  assert.equal(await roleOf("known@example.org"), undefined);
  assert.equal((await browser.post(path, { password: known.password })).status, 303);
  assert.equal(await roleOf("known@example.org"), "viewer");
});

void test("whoever is signed in joins by a click, and keeps a role that is there", async () => {
  const member = await panel.makePerson({ email: "click@example.org", memberships: { [operator]: "admin" } });
  const path = await link("click@example.org");
  const browser = await panel.browser(member);
  assert.match((await browser.get(path)).text, /You are signed in as click/);
  assert.equal((await browser.post(path)).status, 303);
  assert.equal(await roleOf("click@example.org"), "admin");
  assert.equal((await browser.get(path)).status, 404);
});

void test("passwords have to be long enough, and not the address or the product's name", async () => {
  const path = await link("rules@example.org");
  const browser = await panel.browser();
  for (const [bad, said] of [
    ["short", /at least 12 characters/],
    ["rules@example.org", /mostly of your e-mail address/],
    ["FediPanelFediPanel1", /mostly of your e-mail address/],
    ["x".repeat(1025), /too long/],
  ] as const) {
    const answer = await browser.post(path, { name: "Typed <i>Name</i>", password: bad });
    assert.equal(answer.status, 422, bad);
    assert.match(answer.text, said);
    assert.match(answer.text, /value="Typed &lt;i&gt;Name&lt;\/i&gt;"/);
    assert.ok(!answer.text.includes(`"${bad}"`), "a password is never sent back");
  }
  assert.equal((await browser.post(path, { name: "Long", password: "ü".repeat(512) })).status, 303);
});

void test("the first set-up asks for an address, and makes an operator where it is a demonstration", async () => {
  const own = await startTestPanel({ environment: { FEDIPANEL_DEMONSTRATION: "true" } });
  try {
    const path = `/invitations/${String(await inviteFirst(own.queries, own.panel.now()))}`;
    const browser = await own.browser();
    assert.match((await browser.get(path)).text, /<input[^>]*name="email"/);
    assert.equal((await browser.post(path, { name: "Grace", password })).status, 422);
    assert.equal((await browser.post(path, { name: "Grace", email: "grace@example.org", password })).status, 303);
    const operators = await own.queries.selectFrom("operator").selectAll().execute();
    assert.deepEqual(
      operators.map(({ name }) => name),
      ["Grace"],
    );
    assert.equal((await browser.get("/")).location, `/operators/${operators[0]?.id ?? ""}/services`);
    const { staff_role: role } = await own.queries.selectFrom("person").select("staff_role").executeTakeFirstOrThrow();
    assert.equal(role, "admin");
    assert.equal(await inviteFirst(own.queries, own.panel.now()), undefined);
  } finally {
    await own.close();
  }
});
