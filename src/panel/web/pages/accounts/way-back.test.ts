import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newId, newSecret } from "../../../accounts/secret-value.ts";
import { freshFor } from "../../../accounts/sessions.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
let owner: TestPerson;
let base: string;
before(async () => {
  panel = await startTestPanel({ environment: { FEDIPANEL_TRUST_PROXY: "true" } });
  operator = await panel.makeOperator("Riverside");
  base = `/operators/${operator}/members`;
  owner = await panel.makePerson({ email: "owner@example.org", memberships: { [operator]: "owner" } });
});
after(() => panel.close());

const password = "seven wild geese over the river";
const without = { "without-factors": "true" };

async function member(name: string, role: "owner" | "viewer" = "viewer"): Promise<TestPerson> {
  return await panel.makePerson({ email: `${name}@example.org`, memberships: { [operator]: role } });
}

/** Gives a way back in as the owner does. @returns the path of the link */
async function give(person: TestPerson, form: Record<string, string> = {}): Promise<string> {
  const { status, text } = await (await panel.browser(owner)).post(`${base}/${person.id}/way-back`, form);
  assert.equal(status, 200);
  return /http:\/\/localhost:8080(?<path>\/way-back\/[A-Za-z0-9_-]{43})"/.exec(text)?.groups?.["path"] ?? assert.fail();
}

async function addPasskey(person: string): Promise<void> {
  const key = { credential_id: newId(), public_key: "none", counter: 0, transports: "", name: "key" };
  await panel.queries
    .insertInto("passkey")
    .values({ id: newId(), person_id: person, created_at: new Date(), ...key })
    .execute();
}

async function trail(subject: string) {
  const rows = await panel.queries.selectFrom("audit").selectAll().where("subject", "=", subject).execute();
  return rows.filter(({ action }) => action.startsWith("way-back")).map(({ time: _, ...row }) => row);
}

void test("an owner lets a member back in: once, shown once, and to be seen by both and in the trail", async () => {
  const ada = await member("ada");
  const old = await panel.browser(ada);
  const path = await give(ada);
  const giving = await panel.browser(owner);
  for (const again of [`${base}/${ada.id}`, base, `/operators/${operator}/activity`])
    assert.doesNotMatch((await giving.get(again)).text, /way-back\/[A-Za-z0-9_-]{43}/);
  assert.match((await old.get("/profile")).text, /owner \(owner@example\.org\)[^]*open until/);
  const browser = await panel.browser();
  assert.match((await browser.get(path)).text, /ada@example\.org/);
  assert.equal((await browser.post(path, { password })).location, "/");
  assert.equal((await browser.get("/")).location, `/operators/${operator}/services`);
  assert.match((await browser.get("/profile")).text, /owner \(owner@example\.org\)[^]*used /);
  assert.equal((await old.get("/profile")).location, "/sign-in?next=%2Fprofile");
  for (const word of [ada.password, password]) {
    const { status } = await (await panel.browser()).post("/sign-in", { email: ada.email, password: word });
    assert.equal(status, word === password ? 303 : 422);
  }
  assert.equal((await (await panel.browser()).post(path, { password })).status, 404);
  const { text } = await giving.get(`/operators/${operator}/activity`);
  assert.match(text, /made a link for ada@example\.org to set a new password/);
  assert.match(text, /ada@example\.org set a new password with such a link/);
  const entries = await trail(ada.email);
  assert.deepEqual(
    entries.map(({ action, actor, operator_id: of, detail }) => [action, actor, of, detail]),
    [
      ["way-back.give", "person owner@example.org", operator, { secondFactor: "kept" }],
      ["way-back.use", `person ${ada.email}`, operator, { givenBy: owner.email, secondFactor: "kept" }],
    ],
  );
});

void test("the second factor is still asked for, unless it is taken away too", async () => {
  const grace = await member("grace");
  await addPasskey(grace.id);
  const browser = await panel.browser();
  assert.equal((await browser.post(await give(grace), { password })).location, "/sign-in/second-factor");
  assert.equal((await browser.get("/profile")).location, "/sign-in?next=%2Fprofile");
  const path = await give(grace, without);
  assert.match((await browser.get(path)).text, /passkeys are taken away too/);
  assert.equal((await browser.post(path, { password })).location, "/");
  assert.equal((await browser.get("/profile")).status, 200);
});

void test("a newer link, a new password and the person end it", async () => {
  const [newer, changed, ended] = [await member("newer"), await member("changed"), await member("ended")];
  const paths = [await give(newer), await give(changed), await give(ended)];
  await give(newer);
  const changing = await panel.browser(changed);
  await changing.post("/profile/security/password", { current: changed.password, password });
  const ending = await panel.browser(ended);
  const id = /name="id" value="([A-Za-z0-9_-]{22})"/.exec((await ending.get("/profile")).text)?.[1] ?? "";
  assert.equal((await changing.post("/profile/ways-back/end", { id })).status, 403);
  await changing.get("/profile");
  assert.equal((await changing.post("/profile/ways-back/end", { id })).status, 404, "another's");
  assert.equal((await ending.post("/profile/ways-back/end", { id })).location, "/profile?done=way-back");
  for (const path of paths) assert.equal((await (await panel.browser()).get(path)).status, 404);
});

void test("a wrong link says nothing, and is counted as a wrong password is", async () => {
  const stranger = await panel.browser();
  const from = (address: string) => ({ "x-forwarded-for": address });
  const pages = new Set<string>();
  for (const link of [newSecret(), newSecret(), "none", "..%2f..%2f", "a".repeat(2000)])
    pages.add((await stranger.get(`/way-back/${link}`, from("198.51.100.1"))).text);
  const used = await member("used");
  const path = await give(used);
  await (await panel.browser()).post(path, { password });
  pages.add((await stranger.get(path, from("198.51.100.1"))).text);
  assert.equal(pages.size, 1, "used, ended or never made: the same page");
  assert.ok(![...pages].join("").includes("@"));
  const statuses = [];
  for (let count = 0; count < 60; count += 1)
    statuses.push((await stranger.post(`/way-back/${newSecret()}`, { password }, from("198.51.100.1"))).status);
  assert.deepEqual([...new Set(statuses)], [404, 429]);
  const good = await give(await member("calm"));
  assert.equal((await stranger.get(good, from("198.51.100.2"))).status, 200, "others are not locked out");
  const tries = [];
  for (let count = 0; count < 9; count += 1)
    tries.push((await stranger.post(good, { password: "short" }, from("198.51.100.3"))).status);
  assert.deepEqual([...new Set(tries)], [422, 429]);
  assert.deepEqual(panel.reported, []);
});

void test("the new password follows the rules, and the form holds nothing else", async () => {
  const rules = await member("rules");
  const path = await give(rules);
  const browser = await panel.browser();
  for (const form of [
    { password: "short" },
    { password: "rules@example.org" },
    { password, person: owner.id },
    { password, email: "other@example.org" },
    { password, "without-factors": "true" },
  ])
    assert.equal((await browser.post(path, form)).status, 422, JSON.stringify(form));
  assert.equal(
    (await browser.post(path, { password }, { origin: "https://evil.example", "sec-fetch-site": "cross-site" })).status,
    403,
  );
  assert.equal((await browser.post(path, { password })).status, 303);
});

void test("whoever is signed in as somebody else neither sees nor uses it", async () => {
  const mine = await member("mine");
  const path = await give(mine);
  const other = await panel.browser(owner);
  for (const answer of [await other.get(path), await other.post(path, { password })]) {
    assert.equal(answer.status, 403);
    assert.ok(!answer.text.includes(mine.email));
  }
  const denied = (await trail(mine.email)).filter(({ outcome }) => outcome === "denied");
  assert.deepEqual(
    denied.map(({ actor, action }) => [actor, action]),
    Array.from({ length: 2 }, () => [`person ${owner.email}`, "way-back.use"]),
  );
  const own = await panel.browser(mine);
  assert.equal((await own.get(path)).status, 200);
  assert.equal((await own.post(path, { password })).location, "/");
});

void test("an owner gives none to members of others, to the staff, to themselves; and learns no more than that", async () => {
  const elsewhere = await panel.makeOperator("Hillside");
  const both = await panel.makePerson({
    email: "both@example.org",
    memberships: { [operator]: "viewer", [elsewhere]: "viewer" },
  });
  const support = await panel.makePerson({
    email: "support@example.org",
    staffRole: "support",
    memberships: { [operator]: "viewer" },
  });
  const browser = await panel.browser(owner);
  const texts = new Set<string>();
  for (const person of [both, support]) {
    const page = await browser.get(`${base}/${person.id}`);
    assert.doesNotMatch(page.text, /members\/[^"]*\/way-back/);
    const answer = await browser.post(`${base}/${person.id}/way-back`);
    assert.equal(answer.status, 403);
    texts.add(/role="alert"[^]*?<li>([^<]*)</.exec(answer.text)?.[1] ?? "");
    assert.doesNotMatch(answer.text, /Hillside|Support/);
    const [entry, ...more] = await trail(person.email);
    assert.deepEqual([entry?.outcome, entry?.detail, more], ["denied", {}, []]);
  }
  assert.deepEqual([...texts], ["Only your hosting provider can give this person a way back in."]);
  assert.equal((await browser.post(`${base}/${owner.id}/way-back`)).status, 403);
  const open = await panel.queries
    .selectFrom("way_back")
    .select("id")
    .where("person_id", "in", [both.id, support.id, owner.id])
    .execute();
  assert.deepEqual(open, []);
});

void test("giving needs an owner, a fresh proof and our form", async () => {
  const asked = await member("asked");
  const path = `${base}/${asked.id}/way-back`;
  const admin = await panel.makePerson({ email: "admin@example.org", memberships: { [operator]: "admin" } });
  assert.equal((await (await panel.browser(admin)).post(path)).status, 403);
  const browser = await panel.browser(owner);
  assert.equal((await browser.post(path, { "without-factors": "yes" })).status, 422);
  assert.equal((await browser.post(path, { person_id: owner.id })).status, 422);
  assert.equal((await browser.post(path, { "form-token": "" })).status, 403);
  panel.pass(freshFor + 1);
  assert.match((await browser.post(path)).location, /^\/profile\/prove/);
});
