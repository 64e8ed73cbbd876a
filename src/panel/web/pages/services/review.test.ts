import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "../../../testing/browser.ts";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let operator: string;
let browser: Browser;
before(async () => {
  panel = await startTestPanel({ environment: { FEDIPANEL_NAME_SERVERS: "ns1.hosting.example" } });
  operator = await panel.makeOperator("Ada's services");
  browser = await panel.browser(
    await panel.makePerson({ email: "ada@example.org", memberships: { [operator]: "owner" } }),
  );
});
after(() => panel.close());

const despite = /<input id="despite-delegation" name="despite-delegation" type="checkbox"/;

/** Stages snac below a domain, and gives the path of its review. */
async function stage(domain: string): Promise<string> {
  await browser.get(`/operators/${operator}/add/snac`);
  const staged = await browser.post(`/operators/${operator}/add/snac`, {
    place: "own",
    domain,
    "initialUser.displayName": "Ada Lovelace",
    "initialUser.username": "ada",
    "initialUser.email": "ada@example.org",
  });
  assert.equal(staged.status, 303);
  return staged.location;
}

const markIn = (text: string): string => /name="mark" value="(?<mark>[^"]+)"/.exec(text)?.groups?.["mark"] ?? "";

const countRuns = async (): Promise<number> => (await panel.queries.selectFrom("run").select("id").execute()).length;

void test("a domain that leads elsewhere is deployed only after a person said so", async () => {
  panel.delegations.set("elsewhere.example", ["ns.other.example"]);
  const path = await stage("elsewhere.example");
  const review = await browser.get(path);
  assert.match(review.text, /delegated to other name servers: ns\.other\.example/);
  assert.match(review.text, despite);
  const mark = markIn(review.text);
  const deploy = path.replace(/review$/, "deploy");

  const held = await browser.post(deploy, { mark });
  assert.equal(held.status, 422);
  assert.match(held.text, /id="despite-delegation-error"/);
  assert.match(held.text, /<a href="#despite-delegation">The domain does not lead here/);
  assert.equal(markIn(held.text), mark);
  assert.equal(await countRuns(), 0);

  const deployed = await browser.post(deploy, { mark, "despite-delegation": "true" });
  assert.equal(deployed.status, 303);
  assert.equal(await countRuns(), 1);
});

void test("a domain that does not exist is held back too, and one that changed since the review", async () => {
  const path = await stage("nowhere.example");
  assert.match((await browser.get(path)).text, despite);
  panel.delegations.set("nowhere.example", ["ns1.hosting.example"]);
  const good = await browser.get(path);
  assert.doesNotMatch(good.text, despite);
  panel.delegations.delete("nowhere.example");
  const runs = await countRuns();
  const held = await browser.post(path.replace(/review$/, "deploy"), { mark: markIn(good.text) });
  assert.equal(held.status, 422);
  assert.match(held.text, despite);
  assert.equal(await countRuns(), runs);
});

void test("a domain that leads here is deployed without more ado", async () => {
  panel.delegations.set("here.example", ["ns1.hosting.example"]);
  const path = await stage("here.example");
  const review = await browser.get(path);
  assert.doesNotMatch(review.text, despite);
  const deployed = await browser.post(path.replace(/review$/, "deploy"), { mark: markIn(review.text) });
  assert.equal(deployed.status, 303);
});
