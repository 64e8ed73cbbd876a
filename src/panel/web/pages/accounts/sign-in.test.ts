import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mayProve } from "../../../accounts/proof-limit.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
let ada: TestPerson;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Riverside");
  ada = await panel.makePerson({ email: "ada@example.org", memberships: { [operator]: "owner" } });
});
after(() => panel.close());

void test("the first page leads to the sign-in, and after it to the services of the first operator", async () => {
  const browser = await panel.browser();
  assert.equal((await browser.get("/")).location, "/sign-in");
  await browser.get("/sign-in");
  const answer = await browser.post("/sign-in", { email: " Ada@Example.org ", password: ada.password });
  assert.equal(answer.status, 303);
  assert.equal(answer.location, "/");
  assert.equal((await browser.get("/")).location, `/operators/${operator}/services`);
  assert.equal((await browser.get("/sign-in")).location, "/");
});

void test("staff without an operator come to the provider's pages, others to a page that says what to do", async () => {
  const staff = await panel.browser(await panel.makePerson({ email: "staff@example.org", staffRole: "support" }));
  assert.equal((await staff.get("/")).location, "/provider");
  const alone = await panel.browser(await panel.makePerson({ email: "alone@example.org" }));
  const page = await alone.get("/");
  assert.equal(page.status, 200);
  assert.match(page.text, /for an invitation/);
});

void test("members of a suspended operator have no way to it, and are told", async () => {
  const shut = await panel.makeOperator("Closed <b>Club</b>");
  const member = await panel.makePerson({ email: "shut@example.org", memberships: { [shut]: "owner" } });
  await panel.queries.updateTable("operator").set({ suspended_at: new Date() }).where("id", "=", shut).execute();
  const browser = await panel.browser(member);
  const page = await browser.get("/");
  assert.match(page.text, /Closed &lt;b&gt;Club&lt;\/b&gt; is suspended/);
  assert.equal((await browser.get(`/operators/${shut}/members`)).status, 404);
});

void test("a wrong password and an unknown address get the same answer", async () => {
  const answers = [];
  for (const email of ["ada@example.org", "nobody@example.org"]) {
    const browser = await panel.browser();
    const { status, text } = await browser.post("/sign-in", { email, password: "not the password at all" });
    answers.push({ status, text: text.replaceAll(email, "ADDRESS") });
    assert.equal(browser.cookies.size, 0);
  }
  assert.equal(answers[0]?.status, 422);
  assert.deepEqual(answers[0], answers[1]);
});

void test("what was typed instead of an address is not kept", async () => {
  const browser = await panel.browser();
  await browser.post("/sign-in", { email: "my-secret-password@example.org", password: "x" });
  const rows = await panel.queries.selectFrom("audit").selectAll().where("action", "=", "session.start").execute();
  assert.ok(rows.some(({ subject, outcome }) => subject === "unknown account" && outcome === "failed"));
  const attempts = await panel.queries.selectFrom("attempt").select("key").execute();
  assert.doesNotMatch(JSON.stringify([rows, attempts]), /my-secret-password/);
});

void test("the session's cookie is for this host, for safe connections and not for scripts", async () => {
  const browser = await panel.browser();
  const { headers } = await browser.post("/sign-in", { email: ada.email, password: ada.password });
  const [cookie = ""] = headers.getSetCookie();
  const [pair = "", ...attributes] = cookie.split("; ");
  assert.match(pair, /^__Host-session=[A-Za-z0-9_-]{43}$/);
  assert.deepEqual(attributes.filter((one) => !one.startsWith("Max-Age")).toSorted(), [
    "HttpOnly",
    "Path=/",
    "SameSite=Lax",
    "Secure",
  ]);
});

void test("a sign-in never takes over a session that was there", async () => {
  const browser = await panel.browser();
  browser.cookies.set("__Host-session", "chosen-by-somebody-else");
  await browser.post("/sign-in", { email: ada.email, password: ada.password });
  const first = browser.cookies.get("__Host-session");
  assert.match(first ?? "", /^[A-Za-z0-9_-]{43}$/);
  assert.notEqual(first, "chosen-by-somebody-else");
});

void test("next leads to paths of ours alone", async () => {
  const signedIn = await panel.browser(ada);
  for (const [next, expected] of [
    [`/operators/${operator}/members`, `/operators/${operator}/members`],
    ["//evil.example", "/"],
    ["/\\evil.example", "/"],
    ["https://evil.example/", "/"],
    ["javascript:alert(1)", "/"],
    ["/\r\nset-cookie: x", "/"],
  ] as const) {
    const { location } = await signedIn.get(`/sign-in?next=${encodeURIComponent(next)}`);
    assert.equal(location, expected, next);
  }
  const browser = await panel.browser();
  const { email, password } = ada;
  assert.equal((await browser.post("/sign-in", { email, password, next: "//evil.example" })).location, "/");
});

void test("signing out ends the session for good", async () => {
  const browser = await panel.browser(ada);
  const secret = browser.cookies.get("__Host-session") ?? "";
  const answer = await browser.post("/profile/sign-out");
  assert.equal(answer.location, "/sign-in");
  assert.equal(browser.cookies.size, 0);
  browser.cookies.set("__Host-session", secret);
  assert.equal((await browser.get("/")).location, "/sign-in");
});

void test("a field that the form does not have is refused", async () => {
  const browser = await panel.browser();
  const answer = await browser.post("/sign-in", { email: ada.email, password: ada.password, stage: "complete" });
  assert.equal(answer.status, 422);
  assert.equal(browser.cookies.size, 0);
});

void test("after too many attempts the page says so, also to the right password, and others sign in", async () => {
  const proof = { kind: "password", email: ada.email, source: "unknown", now: panel.panel.now() } as const;
  for (let attempt = 0; attempt < 8; attempt += 1) await mayProve(panel.queries, proof);
  const browser = await panel.browser();
  const answer = await browser.post("/sign-in", { email: ada.email, password: ada.password });
  assert.equal(answer.status, 429);
  assert.match(answer.text, /Too many attempts/);
  assert.match(answer.text, /value="ada@example\.org"/);
  assert.equal(browser.cookies.size, 0);
  const grace = await panel.makePerson({ email: "grace@example.org" });
  assert.equal((await browser.post("/sign-in", { email: grace.email, password: grace.password })).status, 303);
});
