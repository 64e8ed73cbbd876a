import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { giveWayBack } from "../../../accounts/give-way-back.ts";
import { freshFor } from "../../../accounts/sessions.ts";
import { newId } from "../../../accounts/secret-value.ts";
import type { Browser } from "../../../testing/browser.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
before(async () => {
  panel = await startTestPanel({ environment: { FEDIPANEL_REQUIRE_SECOND_FACTOR: "staff" } });
  operator = await panel.makeOperator("Riverside");
});
after(() => panel.close());

const setUp = "/profile/second-factor";

async function signIn({ email, password }: TestPerson): Promise<Browser> {
  const browser = await panel.browser();
  assert.equal((await browser.post("/sign-in", { email, password })).location, "/");
  return browser;
}

/** Sets up an authenticator application, as the page leads through it. */
async function switchOn(browser: Browser): Promise<{ readonly text: string }> {
  const { text } = await browser.get("/profile/security/totp");
  assert.match(text, /href="\/profile\/second-factor"/, "the way back");
  const secret = /<code>(?<secret>[A-Z2-7 ]+)<\/code>/.exec(text)?.groups?.["secret"]?.replaceAll(" ", "") ?? "";
  const sealed = /name="set-up" value="([^"]*)"/.exec(text)?.[1] ?? "";
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: panel.panel.now() });
  return await browser.post("/profile/security/totp", { "set-up": sealed, code });
}

async function addPasskey(person: string): Promise<string> {
  const id = newId();
  const key = { credential_id: id, public_key: "none", counter: 0, transports: "", name: "key" };
  await panel.queries
    .insertInto("passkey")
    .values({ id, person_id: person, created_at: new Date(), ...key })
    .execute();
  return id;
}

void test("after the password the page leads through the set-up, and then on", async () => {
  const grace = await panel.makePerson({ email: "grace@host.example", staffRole: "support" });
  const browser = await signIn(grace);
  assert.equal((await browser.get("/")).location, setUp);
  const page = await browser.get(setUp);
  assert.equal(page.status, 200);
  assert.match(page.text, /demands a second factor/);
  assert.doesNotMatch(page.text, /href="\/(?:provider|profile)"/, "nothing is shown that does not lead there");
  assert.match(page.text, /Sign out/);
  const done = await switchOn(browser);
  assert.match(done.text, /not shown again/);
  assert.match(done.text, /href="\/">\s*Continue/);
  assert.equal((await browser.get("/")).location, "/provider");
  assert.equal((await browser.get(setUp)).location, "/profile/security");
});

void test("who is not subject to it is not asked", async () => {
  const ada = await panel.makePerson({ email: "ada@example.org", memberships: { [operator]: "owner" } });
  const browser = await signIn(ada);
  assert.equal((await browser.get("/")).location, `/operators/${operator}/services`);
  assert.equal((await browser.get(setUp)).location, "/profile/security");
});

void test("a role of the staff brings the demand with it, at the next request", async () => {
  const later = await panel.makePerson({ email: "later@example.org", memberships: { [operator]: "viewer" } });
  const browser = await panel.browser(later);
  const path = `/operators/${operator}/services`;
  assert.equal((await browser.get(path)).status, 200);
  await panel.queries.updateTable("person").set({ staff_role: "admin" }).where("id", "=", later.id).execute();
  assert.equal((await browser.get(path)).location, setUp);
  assert.equal((await browser.post("/profile/sign-out")).location, "/sign-in");
});

void test("a session that is not fresh proves itself, then goes on to the set-up", async () => {
  const old = await panel.makePerson({ email: "old@host.example", staffRole: "support" });
  const browser = await panel.browser(old);
  panel.pass(freshFor + 1);
  const asked = await browser.get(setUp);
  assert.equal(asked.location, "/profile/prove?next=%2Fprofile%2Fsecond-factor");
  await browser.follow(asked);
  assert.equal((await browser.post("/profile/prove", { password: old.password, next: setUp })).location, setUp);
  assert.equal((await browser.get(setUp)).status, 200);
});

void test("the last second factor cannot be taken away while it is demanded, the last but one can", async () => {
  const admin = await panel.makePerson({ email: "admin@host.example", staffRole: "admin" });
  const browser = await signIn(admin);
  await switchOn(browser);
  assert.match((await browser.get("/profile/security")).text, /this is your last one/);
  const refused = await browser.post("/profile/security/totp/disable");
  assert.equal(refused.status, 409);
  assert.match(refused.text, /this is your last one/);
  const id = await addPasskey(admin.id);
  assert.equal((await browser.post("/profile/security/totp/disable")).location, "/profile/security?done=totp-off");
  await browser.get("/profile/security");
  assert.equal((await browser.post("/profile/security/passkeys/remove", { id })).status, 409);
  assert.equal((await browser.get("/provider")).status, 200);
});

void test("whoever gets back in without second factor is led to set up another", async () => {
  const lost = await panel.makePerson({ email: "lost@host.example", staffRole: "support" });
  const giver = await panel.makePerson({ email: "giver@host.example", staffRole: "admin" });
  await addPasskey(lost.id);
  const gift = { giver: giver.id, person: lost.id, operator: undefined, withoutFactors: true };
  const given = await giveWayBack(panel.queries, gift, panel.panel.now());
  assert.equal(given.kind, "given");
  const browser = await panel.browser();
  const { location } = await browser.post(`/way-back/${given.secret}`, { password: "a river below the old mill" });
  assert.equal(location, "/");
  assert.equal((await browser.get("/")).location, setUp);
});

void test("two that are taken away at the same moment leave one", async () => {
  const both = await panel.makePerson({ email: "both@host.example", staffRole: "admin" });
  const browser = await panel.browser(both);
  const ids = [await addPasskey(both.id), await addPasskey(both.id)];
  const answers = await Promise.all(ids.map((id) => browser.post("/profile/security/passkeys/remove", { id })));
  assert.equal(answers.filter(({ location }) => location === "/profile/security?done=passkey-removed").length, 1);
  const left = await panel.queries.selectFrom("passkey").select("id").where("person_id", "=", both.id).execute();
  assert.equal(left.length, 1);
});

void test("where nothing is demanded, the last one can go", async () => {
  const free = await panel.makePerson({ email: "free@example.org" });
  const browser = await panel.browser(free);
  const id = await addPasskey(free.id);
  const { location } = await browser.post("/profile/security/passkeys/remove", { id });
  assert.equal(location, "/profile/security?done=passkey-removed");
});
