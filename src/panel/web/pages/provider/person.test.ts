import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let admin: TestPerson;
const operators: string[] = [];
before(async () => {
  panel = await startTestPanel();
  admin = await panel.makePerson({ email: "admin@host.example", staffRole: "admin" });
  for (const name of ["Riverside", "Hillside"]) operators.push(await panel.makeOperator(name));
});
after(() => panel.close());

const password = "seven wild geese over the river";
const linkIn = (text: string): string => /\/way-back\/[A-Za-z0-9_-]{43}/.exec(text)?.[0] ?? "";

void test("an administrator finds a member of several operators and lets them back in, as all of these see", async () => {
  const [one = "", two = ""] = operators;
  const ada = await panel.makePerson({ email: "ada@example.org", memberships: { [one]: "owner", [two]: "viewer" } });
  const browser = await panel.browser(admin);
  const list = await browser.get(`/provider/operators/${one}`);
  assert.ok(list.text.includes(`href="/provider/people/${ada.id}"`));
  const page = await browser.get(`/provider/people/${ada.id}`);
  for (const role of [/Riverside<\/a> as owner/, /Hillside<\/a> as viewer/]) assert.match(page.text, role);
  const path = linkIn((await browser.post(`/provider/people/${ada.id}/way-back`, { "without-factors": "true" })).text);
  assert.equal(linkIn((await browser.get(`/provider/people/${ada.id}`)).text), "");
  const answer = await (await panel.browser()).post(path, { password });
  assert.equal(answer.location, "/");
  const rows = await panel.queries.selectFrom("audit").selectAll().where("subject", "=", ada.email).execute();
  const found = rows.filter(({ action }) => action.startsWith("way-back"));
  assert.deepEqual(
    found
      .map(({ action, operator_id: operator }) => `${action} ${String(operators.indexOf(operator ?? ""))}`)
      .toSorted(),
    ["way-back.give 0", "way-back.give 1", "way-back.use 0", "way-back.use 1"],
  );
  const theirs = await panel.browser(ada);
  assert.match((await theirs.get("/profile")).text, /admin \(admin@host\.example\)[^]*without second factor/);
});

void test("an administrator lets support back in, and neither another administrator nor themselves nor nobody's", async () => {
  const support = await panel.makePerson({ email: "support@host.example", staffRole: "support" });
  const second = await panel.makePerson({ email: "second@host.example", staffRole: "admin" });
  const nobodys = await panel.makePerson({ email: "nobody@example.org" });
  const browser = await panel.browser(admin);
  const send = (id: string) => browser.post(`/provider/people/${id}/way-back`);
  const given = await send(support.id);
  assert.equal((await (await panel.browser()).post(linkIn(given.text), { password })).location, "/");
  for (const [person, status] of [
    [second, 403],
    [admin, 403],
    [nobodys, 404],
  ] as const) {
    const answer = await send(person.id);
    assert.equal(answer.status, status, person.email);
    assert.equal(linkIn(answer.text), "");
    const page = await browser.get(`/provider/people/${person.id}`);
    assert.doesNotMatch(page.text, /<form[^>]*way-back/);
  }
  assert.equal((await send("none")).status, 404);
  const denied = await panel.queries
    .selectFrom("audit")
    .select(["subject", "detail"])
    .where("action", "=", "way-back.give")
    .where("outcome", "=", "denied")
    .execute();
  assert.deepEqual(denied, [
    { subject: second.email, detail: { because: "above" } },
    { subject: admin.email, detail: { because: "self" } },
  ]);
});

void test("support sees neither the members nor a way to let them in", async () => {
  const support = await panel.makePerson({ email: "looking@host.example", staffRole: "support" });
  const member = await panel.makePerson({ email: "seen@example.org", memberships: { [operators[0] ?? ""]: "viewer" } });
  const browser = await panel.browser(support);
  assert.ok(!(await browser.get(`/provider/operators/${operators[0] ?? ""}`)).text.includes(member.email));
  assert.equal((await browser.get(`/provider/people/${member.id}`)).status, 403);
  assert.equal((await browser.post(`/provider/people/${member.id}/way-back`)).status, 403);
});

void test("a link that its giver may not give any more is over", async () => {
  const leaving = await panel.makePerson({ email: "leaving@host.example", staffRole: "admin" });
  const member = await panel.makePerson({ email: "kept@example.org", memberships: { [operators[0] ?? ""]: "viewer" } });
  const path = linkIn((await (await panel.browser(leaving)).post(`/provider/people/${member.id}/way-back`)).text);
  await (await panel.browser(admin)).post(`/provider/staff/${leaving.id}/remove`);
  const stranger = await panel.browser();
  assert.equal((await stranger.get(path)).status, 404);
  assert.equal((await stranger.post(path, { password })).status, 404);
});
