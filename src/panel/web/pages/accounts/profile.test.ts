import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { hashSecret } from "../../../accounts/secret-value.ts";
import { absoluteLimit, idleLimit } from "../../../accounts/sessions.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";
import { agentName } from "./agent-name.ts";

let panel: TestPanel;
let operator: string;
let ada: TestPerson;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Riverside");
  ada = await panel.makePerson({ email: "ada@example.org", memberships: { [operator]: "owner" } });
});
after(() => panel.close());

void test("name and language are one's own to choose", async () => {
  const browser = await panel.browser(ada);
  assert.match((await browser.get("/profile")).text, /<html lang="en">/);
  assert.equal(
    (await browser.post("/profile", { name: " Ada Lovelace ", language: "de" })).location,
    "/profile?done=saved",
  );
  const { text } = await browser.get("/profile?done=saved");
  assert.match(text, /<html lang="de">/);
  assert.match(text, /Gespeichert\./);
  assert.match(text, /value="Ada Lovelace"/);
  for (const native of ["English", "Deutsch"]) assert.ok(text.includes(native));
  assert.equal((await browser.post("/profile", { name: "Ada", language: "en" })).status, 303);
});

void test("a person cannot give themselves what is the server's to give", async () => {
  const browser = await panel.browser(ada);
  for (const extra of [{ staff_role: "admin" }, { email: "root@example.org" }, { id: "1" }, { totp_secret: "x" }]) {
    const answer = await browser.post("/profile", { name: "Ada", language: "en", ...extra });
    assert.equal(answer.status, 422, JSON.stringify(extra));
  }
  const row = await panel.queries.selectFrom("person").selectAll().where("id", "=", ada.id).executeTakeFirstOrThrow();
  assert.deepEqual([row.email, row.staff_role], ["ada@example.org", null]);
});

void test("sessions are listed and end one by one or all but this one", async () => {
  const browser = await panel.browser(ada);
  const second = await panel.browser(ada);
  const third = await panel.browser(ada);
  const { text } = await browser.get("/profile");
  assert.match(text, /this one/);
  const { id } = await panel.queries
    .selectFrom("session")
    .select("id")
    .where("hash", "=", hashSecret(second.cookies.get("__Host-session") ?? ""))
    .executeTakeFirstOrThrow();
  assert.ok(text.includes(`name="id" value="${id}"`));
  assert.equal((await browser.post("/profile/sessions/end", { id })).status, 303);
  assert.equal((await second.get("/profile")).status, 303);
  assert.equal((await third.get("/profile")).status, 200);
  assert.equal((await browser.post("/profile/sessions/end-others")).status, 303);
  for (const one of [second, third]) assert.equal((await one.get("/profile")).status, 303);
  assert.equal((await browser.get("/profile")).status, 200);
});

void test("nobody ends the session of somebody else", async () => {
  const grace = await panel.makePerson({ email: "grace@example.org" });
  const theirs = await panel.browser(grace);
  const { id } = await panel.queries
    .selectFrom("session")
    .select("id")
    .where("person_id", "=", grace.id)
    .executeTakeFirstOrThrow();
  assert.equal((await (await panel.browser(ada)).post("/profile/sessions/end", { id })).status, 404);
  assert.equal((await theirs.get("/profile")).status, 200);
});

void test("forms without a token, with another session's, or from elsewhere change nothing", async () => {
  const browser = await panel.browser(ada);
  const other = await panel.browser(ada);
  const form = { name: "Forged", language: "en" };
  const attempts: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
    ["no token", { ...form, "form-token": "" }, {}],
    ["a token of another session", { ...form, "form-token": other.formToken }, {}],
    ["another origin", form, { origin: "https://evil.example", "sec-fetch-site": "cross-site" }],
    ["another origin on the same site", form, { "sec-fetch-site": "same-site" }],
    ["an opaque origin", form, { origin: "null", "sec-fetch-site": "" }],
  ];
  for (const [what, fields, headers] of attempts)
    assert.equal((await browser.post("/profile", fields, headers)).status, 403, what);
  const body = new URLSearchParams({ ...form, "form-token": browser.formToken });
  const cookie = `__Host-session=${browser.cookies.get("__Host-session") ?? ""}`;
  const bare = await panel.server.request("http://localhost:8080/profile", {
    method: "POST",
    body,
    headers: { cookie },
  });
  assert.equal(bare.status, 403, "neither Origin nor Sec-Fetch-Site");
  assert.equal(
    (await panel.queries.selectFrom("person").select("name").where("name", "=", "Forged").execute()).length,
    0,
  );
});

void test("a browser's own words are text", async () => {
  await panel.queries.updateTable("session").set({ agent: "<script>alert(1)</script>" }).execute();
  const browser = await panel.browser(ada);
  const { text } = await browser.get("/profile");
  assert.ok(!text.includes("<script>alert"));
  assert.match(text, /Unknown browser/);
});

void test("a session ends when nobody uses it, and after a month in any case", async () => {
  const idle = await panel.browser(ada);
  panel.pass(idleLimit + 1);
  assert.equal((await idle.get("/profile")).status, 303);
  const busy = await panel.browser(ada);
  for (let passed = 0; passed + idleLimit / 2 <= absoluteLimit; passed += idleLimit / 2) {
    assert.equal((await busy.get("/profile")).status, 200);
    panel.pass(idleLimit / 2);
  }
  panel.pass(idleLimit / 2);
  assert.equal((await busy.get("/profile")).status, 303);
});

void test("browsers are called what people call them", () => {
  const linux = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
  assert.equal(agentName(linux), "Chrome, Linux");
  assert.equal(agentName(`${linux} Edg/140.0.0.0`), "Edge, Linux");
  assert.equal(agentName("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"), "Firefox, Android");
  assert.equal(agentName("curl/8"), undefined);
});
