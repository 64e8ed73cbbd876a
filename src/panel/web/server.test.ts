import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inspect } from "node:util";
import { startTestPanel, type TestPanel } from "../testing/test-panel.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

void test("what does not exist is said in the language of the browser", async () => {
  const browser = await panel.browser();
  const answer = await browser.get("/nowhere", { "accept-language": "de-AT,de;q=0.9,en;q=0.5" });
  assert.equal(answer.status, 404);
  assert.match(answer.text, /<h1>Hier ist nichts<\/h1>/);
});

void test("whoever watches the panel learns that it serves and reaches its database, and nothing else", async () => {
  const browser = await panel.browser();
  const answer = await browser.get("/health");
  assert.deepEqual([answer.status, answer.text], [200, "healthy\n"]);
});

void test("nothing of a page may come from elsewhere or run inline", async () => {
  const { headers } = await (await panel.browser()).get("/nowhere");
  assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'; script-src 'self';/);
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("cache-control"), "no-store");
});

void test("what goes wrong is reported without the secret that is in the address", async () => {
  const secret = "s".repeat(43);
  await panel.queries.schema.alterTable("invitation").renameTo("hidden").execute();
  const answer = await (await panel.browser()).get(`/invitations/${secret}`);
  await panel.queries.schema.alterTable("hidden").renameTo("invitation").execute();
  assert.equal(answer.status, 500);
  assert.match(answer.text, /defect in FediPanel/);
  const [error] = panel.reported;
  assert.ok(error instanceof Error);
  assert.match(error.message, /GET \/invitations\/:secret$/);
  assert.ok(!inspect(panel.reported).includes(secret));
});
