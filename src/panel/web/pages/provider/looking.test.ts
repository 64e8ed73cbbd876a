import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { requestRun } from "../../../runs/request-run.ts";
import { stagedMark, configurationsOf } from "../../../configurations/configuration-store.ts";
import { runsOf } from "../../../runs/run-store.ts";
import type { Browser } from "../../../testing/browser.ts";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";

let panel: TestPanel;
let support: Browser;
let admin: Browser;
let operator: string;
before(async () => {
  panel = await startTestPanel();
  support = await panel.browser(await panel.makePerson({ email: "support@host.example", staffRole: "support" }));
  admin = await panel.browser(await panel.makePerson({ email: "admin@host.example", staffRole: "admin" }));
  operator = await panel.makeOperator("Choir");
  await panel.makePerson({ email: "owner@choir.example", memberships: { [operator]: "owner" } });
});
after(() => panel.close());

async function deploy(domain: string): Promise<string> {
  const { queries, now } = panel.panel;
  const configurations = configurationsOf(queries, operator, now);
  const staged = {
    domain,
    initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
    applications: { hello: { enable: true }, snac: { enable: true, title: "Title of the operator" } },
  };
  const id = await configurations.create({ domain, environment: "production", staged });
  const configuration = await configurations.find(id);
  assert.ok(configuration !== undefined);
  const run = await requestRun(panel.panel, runsOf(queries, operator, now), {
    configuration,
    mark: stagedMark(staged),
    by: "person owner@choir.example",
  });
  return run.id;
}

void test("the overview shows machines, the queue, what failed and who needs attention", async () => {
  const empty = await support.get("/provider");
  assert.match(empty.text, /No machine was looked at yet/);
  await deploy("fine.example");
  assert.match((await support.get("/provider")).text, /<dt>Waiting deployments<\/dt><dd>1<\/dd>/);
  await panel.workOff();
  const fine = (await support.get("/provider")).text;
  assert.match(fine, /<th [^>]+>machine<\/th><td [^>]+>203\.0\.113\.9<\/td>/);
  assert.match(fine, /5 gigabytes/);
  assert.match(fine, /Nobody needs attention/);
  panel.machines.during = () => Promise.reject(new Error("out of order"));
  const run = await deploy("broken.example");
  await panel.workOff();
  panel.machines.during = () => Promise.resolve();
  const text = (await support.get("/provider")).text;
  assert.match(text, /the last deployment of broken\.example failed/);
  assert.match(text, new RegExp(`/provider/deployments/${run}`));
});

void test("a deployment is shown with its log and failure, without what the operator wrote", async () => {
  const run = await deploy("seen.example");
  await panel.workOff();
  const { text, status } = await support.get(`/provider/deployments/${run}`);
  assert.equal(status, 200);
  assert.match(text, /role="log"/);
  assert.match(text, /machine\/machine: packages 1\/2 snac/);
  assert.doesNotMatch(text, /Title of the operator/);
  assert.match((await support.get("/provider/deployments?status=succeeded")).text, /seen\.example/);
  assert.doesNotMatch((await support.get("/provider/deployments?status=queued")).text, /seen\.example/);
  assert.equal((await support.get("/provider/deployments/none")).status, 404);
});

void test("an administrator stops a deployment, support does not", async () => {
  const run = await deploy("stopped.example");
  assert.equal((await support.post(`/provider/deployments/${run}/stop`)).status, 403);
  assert.doesNotMatch((await support.get(`/provider/deployments/${run}`)).text, /Stop deployment/);
  await admin.post(`/provider/deployments/${run}/stop`);
  assert.match((await admin.get(`/provider/deployments/${run}`)).text, /about to stop/);
  await panel.workOff();
  assert.match((await support.get(`/provider/deployments/${run}`)).text, /Cancelled/);
  const entry = await panel.queries
    .selectFrom("audit")
    .selectAll()
    .where("action", "=", "deployment.stop")
    .executeTakeFirstOrThrow();
  assert.equal(entry.operator_id, operator);
});

void test("environments are explained, the catalogue has versions and how often each is used", async () => {
  const { text } = await support.get("/provider/environments");
  assert.match(text, /Everything on one machine/);
  assert.match(text, /Existing machines over SSH/);
  assert.match(text, /<code>certificates\.from<\/code><\/dt><dd>machine<\/dd>/);
  const catalogue = (await support.get("/provider/catalogue")).text;
  assert.match(catalogue, /<th [^>]+>mastodon<\/th><td [^>]+>[^<]+<\/td><td [^>]+>[0-9.]+<\/td><td [^>]+>0<\/td>/);
  assert.match(catalogue, /<th [^>]+>hello<\/th><td [^>]+>[^<]+<\/td><td [^>]+>none<\/td><td [^>]+>[1-9]<\/td>/);
});

void test("every page is there in every language", async () => {
  for (const path of [
    "",
    "/operators",
    "/operators/new",
    "/deployments",
    "/environments",
    "/catalogue",
    "/staff",
    "/audit",
  ]) {
    const english = await admin.get(`/provider${path}`);
    const german = await admin.get(`/provider${path}`, { "accept-language": "de" });
    assert.equal(german.status, 200, path);
    const heading = (text: string): string | undefined => /<h1>(?<words>[^<]+)/.exec(text)?.groups?.["words"];
    assert.ok(heading(german.text) !== undefined);
    assert.notEqual(german.text, english.text);
    const disguised = await admin.get(`/provider${path}`, { "accept-language": "en-XA" });
    assert.match(heading(disguised.text) ?? "", /^\[.*\]$/);
  }
});
