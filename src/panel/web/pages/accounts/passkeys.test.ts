import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freshFor } from "../../../accounts/sessions.ts";
import type { Browser } from "../../../testing/browser.ts";
import { softwareAuthenticator, type SoftwareAuthenticator } from "../../../testing/software-authenticator.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

const origin = "http://localhost:8080";
let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

interface Reply {
  readonly status: number;
  readonly location: string;
  readonly body: {
    readonly challenge: string;
    readonly options: { readonly challenge: string; readonly rpId?: string };
    readonly next?: string;
  };
}

/** Sends what the script sends. */
async function send(browser: Browser, path: string, body: object = {}): Promise<Reply> {
  const response = await panel.server.request(`${origin}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "content-type": "application/json",
      "x-form-token": browser.formToken,
      "sec-fetch-site": "same-origin",
      origin,
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    },
  });
  for (const cookie of response.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
    browser.cookies.set(name, value);
  }
  const json = response.headers.get("content-type")?.includes("json") === true;
  const reply = json ? await response.json() : {};
  return { status: response.status, location: response.headers.get("location") ?? "", body: reply as Reply["body"] };
}

const security = "/profile/security/passkeys";

async function withPasskey(
  email: string,
): Promise<{ readonly person: TestPerson; readonly browser: Browser; readonly device: SoftwareAuthenticator }> {
  const person = await panel.makePerson({ email });
  const browser = await panel.browser(person);
  const device = softwareAuthenticator(origin);
  const { body } = await send(browser, `${security}/options`);
  const credential = device.make(body.options);
  const added = await send(browser, security, { challenge: body.challenge, name: "<b>laptop</b>", credential });
  assert.equal(added.body.next, "/profile/security?done=passkey-added");
  await browser.get("/profile/security");
  return { person, browser, device };
}

void test("a passkey is both factors: it signs in alone, and again after that", async () => {
  const { person, device } = await withPasskey("ada@example.org");
  for (let time = 1; time <= 2; time += 1) {
    const browser = await panel.browser();
    const { body } = await send(browser, "/sign-in/passkey/options");
    const answer = { challenge: body.challenge, credential: device.use(body.options), next: "/profile" };
    assert.equal((await send(browser, "/sign-in/passkey", answer)).body.next, "/profile");
    assert.match((await browser.get("/profile")).text, new RegExp(person.email));
  }
});

void test("adding one ends other sessions, gives this one a new secret, and the page names it as text", async () => {
  const person = await panel.makePerson({ email: "add@example.org" });
  const other = await panel.browser(person);
  const browser = await panel.browser(person);
  const old = browser.cookies.get("__Host-session");
  const { formToken } = browser;
  const device = softwareAuthenticator(origin);
  const { body } = await send(browser, `${security}/options`);
  const answer = { challenge: body.challenge, name: "<b>laptop</b>", credential: device.make(body.options) };
  assert.equal((await send(browser, security, answer)).status, 200);
  assert.notEqual(browser.cookies.get("__Host-session"), old);
  assert.equal((await other.get("/profile")).status, 303);
  const { text } = await browser.get("/profile/security");
  assert.match(text, /&lt;b&gt;laptop&lt;\/b&gt;/);
  assert.match(text, /You have none\. Make some/);
  browser.formToken = formToken;
  assert.equal((await send(browser, security, answer)).status, 403, "the form token of the older secret");
});

void test("with a passkey the password alone does not sign in", async () => {
  const { person } = await withPasskey("both@example.org");
  const browser = await panel.browser();
  const answer = await browser.post("/sign-in", { email: person.email, password: person.password });
  assert.equal(answer.location, "/sign-in/second-factor");
  assert.equal((await browser.get("/profile")).status, 303);
});

void test("an answer counts once, and only for its own question", async () => {
  const { device } = await withPasskey("once@example.org");
  const browser = await panel.browser();
  const { body } = await send(browser, "/sign-in/passkey/options");
  const answer = { challenge: body.challenge, credential: device.use(body.options) };
  assert.equal((await send(browser, "/sign-in/passkey", answer)).status, 200);
  const other = await panel.browser();
  assert.equal((await send(other, "/sign-in/passkey", answer)).status, 422, "replayed");
  const asked = await send(other, "/sign-in/passkey/options");
  const old = { challenge: asked.body.challenge, credential: answer.credential };
  assert.equal((await send(other, "/sign-in/passkey", old)).status, 422, "for another challenge");
  const late = await send(other, "/sign-in/passkey/options");
  panel.pass(5 * 60_000 + 1);
  const credential = device.use(late.body.options);
  assert.equal(
    (await send(other, "/sign-in/passkey", { challenge: late.body.challenge, credential })).status,
    422,
    "late",
  );
  assert.equal(other.cookies.size, 0);
});

void test("answers of other sites, other keys, other people and unverified ones are refused", async () => {
  const { device } = await withPasskey("strict@example.org");
  const stranger = softwareAuthenticator(origin);
  const browser = await panel.browser();
  const wrong: readonly ((options: Reply["body"]["options"]) => object)[] = [
    (options) => device.use(options, { origin: "https://evil.example" }),
    (options) => device.use({ ...options, rpId: "evil.example" }),
    (options) => device.use(options, { unverified: true }),
    (options) => device.use(options, { otherKey: true }),
    (options) => device.use(options, { userHandle: Buffer.from("somebody else").toString("base64url") }),
    (options) => stranger.use(options),
    () => ({ id: "x" }),
  ];
  for (const [index, answer] of wrong.entries()) {
    const { body } = await send(browser, "/sign-in/passkey/options");
    const reply = await send(browser, "/sign-in/passkey", {
      challenge: body.challenge,
      credential: answer(body.options),
    });
    assert.equal(reply.status, 422, `answer ${String(index)}`);
  }
  assert.equal(browser.cookies.size, 0);
});

void test("a passkey that does not verify its person, or is for another site, is not added", async () => {
  const browser = await panel.browser(await panel.makePerson({ email: "new@example.org" }));
  for (const flaws of [{ unverified: true }, { origin: "https://evil.example" }]) {
    const { body } = await send(browser, `${security}/options`);
    const credential = softwareAuthenticator(origin).make(body.options, flaws);
    const reply = await send(browser, security, { challenge: body.challenge, name: "bad", credential });
    assert.equal(reply.status, 422, JSON.stringify(flaws));
  }
});

void test("one person's question is not answered by another, neither when adding nor when proving", async () => {
  const { browser: ada } = await withPasskey("first@example.org");
  const { browser: grace, device } = await withPasskey("second@example.org");
  const asked = await send(ada, `${security}/options`);
  const credential = softwareAuthenticator(origin).make(asked.body.options);
  assert.equal((await send(grace, security, { challenge: asked.body.challenge, name: "x", credential })).status, 422);
  const proof = await send(ada, "/profile/prove/passkey/options");
  const answer = { challenge: proof.body.challenge, credential: device.use(proof.body.options) };
  assert.equal((await send(ada, "/profile/prove/passkey", answer)).status, 422);
});

void test("a passkey proves again who it is", async () => {
  const { browser, device } = await withPasskey("again@example.org");
  panel.pass(freshFor + 1);
  assert.equal((await browser.get("/profile/security")).status, 303);
  const { body } = await send(browser, "/profile/prove/passkey/options");
  const answer = { challenge: body.challenge, credential: device.use(body.options), next: "/profile/security" };
  assert.equal((await send(browser, "/profile/prove/passkey", answer)).body.next, "/profile/security");
  assert.equal((await browser.get("/profile/security")).status, 200);
});

void test("a removed passkey no longer signs in, and nobody removes another's", async () => {
  const { browser, device, person } = await withPasskey("remove@example.org");
  const { id } = await panel.queries
    .selectFrom("passkey")
    .select("id")
    .where("person_id", "=", person.id)
    .executeTakeFirstOrThrow();
  const stranger = await panel.browser(await panel.makePerson({ email: "stranger@example.org" }));
  assert.equal((await stranger.post(`${security}/remove`, { id })).status, 404);
  assert.equal((await browser.post(`${security}/remove`, { id })).location, "/profile/security?done=passkey-removed");
  const fresh = await panel.browser();
  const { body } = await send(fresh, "/sign-in/passkey/options");
  const credential = device.use(body.options);
  assert.equal((await send(fresh, "/sign-in/passkey", { challenge: body.challenge, credential })).status, 422);
});
