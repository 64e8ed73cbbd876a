import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { freshFor, passwordStageLimit } from "../../../accounts/sessions.ts";
import type { Browser } from "../../../testing/browser.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

const newPassword = "a river runs below the old mill";

/** The code that an authenticator application shows. */
function codeOf(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: panel.panel.now() });
}

/** Waits, in the panel's time, until there is another code. */
function nextCode(): void {
  panel.pass(30_000);
}

interface SetUp {
  readonly person: TestPerson;
  readonly browser: Browser;
  readonly secret: string;
  readonly codes: readonly string[];
}

function hidden(text: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "";
}

async function setUp(email: string): Promise<SetUp> {
  const person = await panel.makePerson({ email });
  const browser = await panel.browser(person);
  const page = await browser.get("/profile/security/totp");
  const secret = /<code>(?<secret>[A-Z2-7 ]+)<\/code>/.exec(page.text)?.groups?.["secret"]?.replaceAll(" ", "") ?? "";
  const answer = await browser.post("/profile/security/totp", {
    "set-up": hidden(page.text, "set-up"),
    code: codeOf(secret),
  });
  assert.equal(answer.status, 200);
  const codes = [...answer.text.matchAll(/<code>([a-z0-9]{4}(?:-[a-z0-9]{4}){3})<\/code>/g)].map(
    ([, code]) => code ?? "",
  );
  assert.equal(codes.length, 10);
  return { person, browser, secret, codes };
}

async function afterPassword({ email, password }: TestPerson): Promise<Browser> {
  const browser = await panel.browser();
  const answer = await browser.post("/sign-in", { email, password });
  assert.equal(answer.location, "/sign-in/second-factor");
  await browser.get("/sign-in/second-factor");
  return browser;
}

void test("the second factor counts from the first right code on, and the page draws its secret", async () => {
  const person = await panel.makePerson({ email: "half@example.org" });
  const browser = await panel.browser(person);
  const page = await browser.get("/profile/security/totp");
  assert.match(page.text, /<svg role="img" aria-label="QR code[^>]*>/);
  const wrong = await browser.post("/profile/security/totp", { "set-up": hidden(page.text, "set-up"), code: "000000" });
  assert.equal(wrong.status, 422);
  const { totp_secret: kept } = await panel.queries
    .selectFrom("person")
    .select("totp_secret")
    .where("id", "=", person.id)
    .executeTakeFirstOrThrow();
  assert.equal(kept, null);
});

void test("a set-up of one person is worth nothing for another", async () => {
  const page = await (
    await panel.browser(await panel.makePerson({ email: "a@example.org" }))
  ).get("/profile/security/totp");
  const secret = /<code>(?<secret>[A-Z2-7 ]+)<\/code>/.exec(page.text)?.groups?.["secret"]?.replaceAll(" ", "") ?? "";
  const other = await panel.browser(await panel.makePerson({ email: "b@example.org" }));
  await other.get("/profile");
  const form = { "set-up": hidden(page.text, "set-up"), code: codeOf(secret) };
  assert.equal((await other.post("/profile/security/totp", form)).status, 422);
});

void test("switching the second factor on ends other sessions and gives this one a new secret", async () => {
  const person = await panel.makePerson({ email: "others@example.org" });
  const other = await panel.browser(person);
  const browser = await panel.browser(person);
  const old = browser.cookies.get("__Host-session") ?? "";
  const page = await browser.get("/profile/security/totp");
  const secret = /<code>(?<secret>[A-Z2-7 ]+)<\/code>/.exec(page.text)?.groups?.["secret"]?.replaceAll(" ", "") ?? "";
  await browser.post("/profile/security/totp", { "set-up": hidden(page.text, "set-up"), code: codeOf(secret) });
  assert.equal((await other.get("/profile")).location, "/sign-in?next=%2Fprofile");
  assert.equal((await browser.get("/profile")).status, 200);
  assert.equal((await browser.post("/profile/sign-out")).status, 303, "the page after it had the new session's token");
  const thief = await panel.browser();
  thief.cookies.set("__Host-session", old);
  assert.equal((await thief.get("/profile")).location, "/sign-in?next=%2Fprofile");
});

void test("after the password alone, nothing is open", async () => {
  const { person, secret } = await setUp("stage@example.org");
  const browser = await afterPassword(person);
  assert.equal((await browser.get("/")).location, "/sign-in");
  assert.equal((await browser.get("/profile")).location, "/sign-in?next=%2Fprofile");
  const half = browser.cookies.get("__Host-session");
  nextCode();
  assert.equal((await browser.post("/sign-in/second-factor", { code: codeOf(secret) })).location, "/");
  assert.notEqual(browser.cookies.get("__Host-session"), half, "the secret is a new one");
  assert.equal((await browser.get("/profile")).status, 200);
  browser.cookies.set("__Host-session", half ?? "");
  assert.equal((await browser.get("/profile")).location, "/sign-in?next=%2Fprofile");
});

void test("the second factor has to follow within ten minutes", async () => {
  const { person, secret } = await setUp("slow@example.org");
  const browser = await afterPassword(person);
  panel.pass(passwordStageLimit + 1);
  assert.equal((await browser.post("/sign-in/second-factor", { code: codeOf(secret) })).location, "/sign-in");
});

void test("a code of the authenticator application is good once", async () => {
  const { person, secret } = await setUp("replay@example.org");
  nextCode();
  const code = codeOf(secret);
  const first = await afterPassword(person);
  const second = await afterPassword(person);
  const answers = await Promise.all([first, second].map((browser) => browser.post("/sign-in/second-factor", { code })));
  assert.deepEqual(
    answers.map(({ status }) => status).toSorted((a, b) => a - b),
    [303, 422],
  );
});

void test("a recovery code is good once, however it is typed", async () => {
  const { person, codes } = await setUp("recover@example.org");
  const [code = "", other = ""] = codes;
  const first = await afterPassword(person);
  assert.equal(
    (await first.post("/sign-in/second-factor", { code: ` ${code.toUpperCase().replaceAll("-", " ")} ` })).location,
    "/",
  );
  const second = await afterPassword(person);
  assert.equal((await second.post("/sign-in/second-factor", { code })).status, 422);
  assert.equal((await second.post("/sign-in/second-factor", { code: other })).location, "/");
  assert.match((await second.get("/profile/security")).text, /8 codes are left/);
});

void test("neither codes nor secrets are in the database as they are", async () => {
  const { secret, codes } = await setUp("kept@example.org");
  const rows = [];
  for (const table of ["person", "recovery_code", "audit", "session", "attempt"] as const)
    rows.push(await panel.queries.selectFrom(table).selectAll().execute());
  const kept = JSON.stringify(rows);
  assert.ok(!kept.includes(secret));
  for (const code of codes) assert.ok(!kept.includes(code) && !kept.includes(code.replaceAll("-", "")));
});

void test("new recovery codes end the old ones, and go with the last second factor", async () => {
  const { person, browser, codes } = await setUp("renew@example.org");
  await browser.get("/profile/security");
  const answer = await browser.post("/profile/security/recovery-codes");
  assert.equal(answer.status, 200);
  assert.ok(codes.every((code) => !answer.text.includes(code)));
  assert.equal((await browser.post("/profile/security/totp/disable")).location, "/profile/security?done=totp-off");
  const left = await panel.queries
    .selectFrom("recovery_code")
    .select("hash")
    .where("person_id", "=", person.id)
    .execute();
  assert.equal(left.length, 0);
});

void test("no session survives a change of the password but the one that made it", async () => {
  const person = await panel.makePerson({ email: "change@example.org" });
  const other = await panel.browser(person);
  const browser = await panel.browser(person);
  const old = browser.cookies.get("__Host-session") ?? "";
  await browser.get("/profile/security");
  const wrong = await browser.post("/profile/security/password", {
    current: "not this one at all",
    password: newPassword,
  });
  assert.equal(wrong.status, 422);
  assert.equal((await other.get("/profile")).status, 200);
  const form = { current: person.password, password: newPassword };
  assert.equal((await browser.post("/profile/security/password", form)).location, "/profile/security?done=password");
  assert.equal((await other.get("/profile")).location, "/sign-in?next=%2Fprofile");
  assert.equal((await browser.get("/profile")).status, 200);
  browser.cookies.set("__Host-session", old);
  assert.equal((await browser.get("/profile")).location, "/sign-in?next=%2Fprofile");
  const fresh = await panel.browser();
  assert.equal((await fresh.post("/sign-in", { email: person.email, password: person.password })).status, 422);
  assert.equal((await fresh.post("/sign-in", { email: person.email, password: newPassword })).status, 303);
});

void test("security settings ask for a fresh proof, by password or by code", async () => {
  const { person, browser, secret } = await setUp("prove@example.org");
  panel.pass(freshFor + 1);
  const asked = await browser.get("/profile/security");
  assert.equal(asked.location, "/profile/prove?next=%2Fprofile%2Fsecurity");
  await browser.follow(asked);
  assert.equal((await browser.post("/profile/prove", { password: "not the right one" })).status, 422);
  assert.equal((await browser.post("/profile/prove", { code: "000000" })).status, 422);
  assert.equal((await browser.get("/profile/security")).status, 303);
  const next = "/profile/security";
  assert.equal((await browser.post("/profile/prove", { code: codeOf(secret), next })).location, next);
  assert.equal((await browser.get(next)).status, 200);
  panel.pass(freshFor + 1);
  const { location } = await browser.post("/profile/prove", { password: person.password, next: "//evil.example/" });
  assert.equal(location, "/profile");
});
