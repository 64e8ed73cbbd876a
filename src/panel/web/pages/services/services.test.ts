import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";
import type { Browser } from "../../../testing/browser.ts";

let panel: TestPanel;
let operator: string;
let ada: TestPerson;
let browser: Browser;
before(async () => {
  panel = await startTestPanel({ environment: { FEDIPANEL_FREE_DOMAINS: "fedi.example.net" } });
  operator = await panel.makeOperator("Ada's services");
  ada = await panel.makePerson({ email: "ada@example.org", memberships: { [operator]: "owner" } });
  browser = await panel.browser(ada);
});
after(() => panel.close());

const account = {
  "initialUser.displayName": "Ada Lovelace",
  "initialUser.username": "ada",
  "initialUser.email": "ada@example.org",
};
const path = (rest: string): string => `/operators/${operator}${rest}`;

void test("an empty home says what to do next", async () => {
  const { text } = await browser.get(path("/services"));
  assert.match(text, /Nothing runs here yet/);
  assert.match(text, new RegExp(`href="${path("/add")}"`));
});

void test("a mistake is shown at its field, and what was typed is kept", async () => {
  await browser.get(path("/add/snac"));
  const answer = await browser.post(path("/add/snac"), {
    place: "own",
    domain: "example_org",
    ...account,
    "initialUser.username": "root",
    "applications.snac.title": "A <b>place</b>",
    "applications.snac.mediaCacheDays": "1",
  });
  assert.equal(answer.status, 422);
  for (const id of ["domain-error", "initialUser.username-error", "applications.snac.mediaCacheDays-error"])
    assert.match(answer.text, new RegExp(`id="${id}"`));
  assert.match(answer.text, /value="A &lt;b&gt;place&lt;\/b&gt;"/);
  assert.match(answer.text, /reserved: choose another user name/);
});

let deployed = "";

void test("the main flow: configure, review, deploy, watch, ready", async () => {
  await browser.get(path("/add/snac"));
  const staged = await browser.post(path("/add/snac"), {
    place: "own",
    domain: "example.org",
    ...account,
    "applications.snac.title": "Ada's place",
  });
  assert.equal(staged.status, 303);
  const review = await browser.follow(staged);
  assert.match(review.text, /will be added/);
  assert.match(review.text, /The machine: is made/);
  assert.match(review.text, /Accounts cannot move to another domain/);
  const mark = /name="mark" value="(?<mark>[^"]+)"/.exec(review.text)?.groups?.["mark"] ?? "";
  const deploy = staged.location.replace(/review$/, "deploy");
  const started = await browser.post(deploy, { mark });
  const again = await browser.post(deploy, { mark });
  assert.equal(again.location, started.location, "two clicks make one deployment");
  const waiting = await browser.follow(started);
  assert.match(waiting.text, /Waiting for its turn/);
  await panel.workOff();
  const ready = await browser.get(started.location);
  assert.match(ready.text, /Everything is deployed and healthy/);
  assert.match(ready.text, /https:\/\/snac\.example\.org\//);
  deployed = started.location;
});

void test("the password is shown once, to one who asks for it", async () => {
  const before = await browser.get(deployed);
  assert.doesNotMatch(before.text, /id="password"/);
  const shown = await browser.post(`${deployed}/password`);
  assert.match(shown.text, /<code class="secret" id="password">[A-Za-z0-9]{24}<\/code>/);
  const second = await browser.post(`${deployed}/password`);
  assert.equal(second.status, 303);
  assert.match((await browser.follow(second)).text, /is not shown again/);
});

void test("what changed is a visible difference, and something else staged in the meantime is not deployed", async () => {
  const [configuration] = await panel.queries.selectFrom("configuration").select("id").execute();
  const base = path(`/configurations/${configuration?.id ?? ""}`);
  const change = async (title: string): Promise<string> => {
    await browser.get(`${base}/applications/snac/settings`);
    const answer = await browser.post(`${base}/applications/snac/settings`, { "applications.snac.title": title });
    return (await browser.follow(answer)).text;
  };
  const review = await change("Another place");
  assert.match(review, /<del>Ada&#39;s place<\/del>/);
  assert.match(review, /<ins>Another place<\/ins>/);
  const mark = /name="mark" value="(?<mark>[^"]+)"/.exec(review)?.groups?.["mark"] ?? "";
  await change("A third place");
  const refused = await browser.post(`${base}/deploy`, { mark });
  assert.equal(refused.status, 409);
  assert.match(refused.text, /changed what is staged/);
  assert.equal((await browser.post(`${base}/discard`)).status, 303);
  assert.match((await browser.get(`${base}/review`)).text, /Nothing is staged/);
});

void test("a deployment that fails says what failed and what to do", async () => {
  const { Failure } = await import("../../../../model/failure.ts");
  panel.machines.during = () =>
    Promise.reject(
      new Failure({ code: "outside", attempted: "switch", found: "the disk is full", next: "Free some space." }),
    );
  const [configuration] = await panel.queries.selectFrom("configuration").select("id").execute();
  const base = path(`/configurations/${configuration?.id ?? ""}`);
  await browser.get(`${base}/applications/snac/settings`);
  const staged = await browser.post(`${base}/applications/snac/settings`, { "applications.snac.title": "Too big" });
  const review = await browser.follow(staged);
  const mark = /name="mark" value="(?<mark>[^"]+)"/.exec(review.text)?.groups?.["mark"] ?? "";
  const started = await browser.post(`${base}/deploy`, { mark });
  await panel.workOff();
  const failed = await browser.get(started.location);
  assert.match(failed.text, /the disk is full/);
  assert.match(failed.text, /Free some space\./);
  assert.match(failed.text, /Review and deploy again/);
  const log = await browser.get(`${started.location}/log.txt`);
  assert.match(log.text, /machine\/[\s\S]*the disk is full/);
  panel.machines.during = () => Promise.resolve();
  await browser.post(`${base}/discard`);
});

void test("removal wants the name typed, and keeps data unless asked", async () => {
  const [configuration] = await panel.queries.selectFrom("configuration").select("id").execute();
  const remove = path(`/configurations/${configuration?.id ?? ""}/applications/snac/remove`);
  await browser.get(remove);
  const wrong = await browser.post(remove, { data: "keep", confirmation: "Snac" });
  assert.equal(wrong.status, 422);
  const started = await browser.post(remove, { data: "keep", confirmation: "snac" });
  assert.equal(started.status, 303);
  await panel.workOff();
  assert.match((await browser.get(started.location)).text, /Everything is deployed/);
  assert.equal(panel.machines.systems.size, 0);
  assert.match((await browser.get(path("/services"))).text, /Nothing runs here yet/);
});

void test("destructive acts ask again who it is after a while", async () => {
  panel.pass(16 * 60_000);
  const answer = await browser.get(path("/configurations/x/applications/snac/remove"));
  assert.equal(answer.status, 303);
  assert.match(answer.location, /^\/profile\/prove\?next=/);
  const strange = await browser.post(path("/configurations/x/applications/snac/remove"), {}, { referer: "http://[" });
  assert.equal(strange.location, "/profile/prove?next=%2F");
});
