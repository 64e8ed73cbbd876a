import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeAudit } from "../../../audit/audit-log.ts";
import type { Browser } from "../../../testing/browser.ts";
import { startTestPanel, type TestPanel } from "../../../testing/test-panel.ts";
import { textsFor } from "../../../texts/texts.ts";
import { whatWasDone, whoDid } from "./audit-sentence.ts";

let panel: TestPanel;
let operator: string;
let base: string;
let browser: Browser;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Riverside");
  base = `/operators/${operator}/activity`;
  const owner = await panel.makePerson({ email: "owner@example.org", memberships: { [operator]: "owner" } });
  browser = await panel.browser(owner);
});
after(() => panel.close());

async function write(count: number, to = operator): Promise<void> {
  const entry = {
    actor: "person ada@example.org",
    action: "member.invite",
    outcome: "done",
    source: "192.0.2.1",
  } as const;
  for (let index = 1; index <= count; index += 1)
    await writeAudit(panel.queries, { ...entry, operator: to, subject: `guest${String(index)}@example.org` });
}

void test("entries are sentences, also those of what was refused", async () => {
  await write(1);
  const viewer = await panel.makePerson({ email: "viewer@example.org", memberships: { [operator]: "viewer" } });
  assert.equal((await (await panel.browser(viewer)).get(base)).status, 403);
  const { text } = await browser.get(base);
  assert.match(text, /invited guest1@example\.org/);
  assert.match(text, /<td [^>]+>viewer@example\.org<\/td><td [^>]+>tried what they may not: audit\.read/);
  assert.match(text, /<span class="state bad">refused<\/span>/);
  assert.match(text, /<time datetime="[^"]+" title="[^"]+">/);
});

void test("nothing of another operator is in the page or the export", async () => {
  const other = await panel.makeOperator("Hillside");
  await writeAudit(panel.queries, {
    actor: "person hill@example.org",
    operator: other,
    action: "member.invite",
    subject: "canary@example.org",
    outcome: "done",
    source: "192.0.2.1",
  });
  for (const path of [base, `${base}/export`]) {
    const { status, text } = await browser.get(path);
    assert.equal(status, 200);
    assert.doesNotMatch(text, /canary|hill@/);
  }
  assert.equal((await browser.get(`/operators/${other}/activity`)).status, 404);
  assert.equal((await browser.get(`/operators/${other}/activity/export`)).status, 404);
});

void test("long trails have pages, and the export has all of it in order", async () => {
  await write(60);
  const first = await browser.get(base);
  const [, older = ""] = /href="(?<older>[^"]+\?before=\d+)"/.exec(first.text) ?? [];
  const second = await browser.get(older);
  assert.match(second.text, /invited guest1@example\.org/);
  assert.doesNotMatch(second.text, /guest60@/);
  const { text, headers } = await browser.get(`${base}/export`);
  assert.match(headers.get("content-disposition") ?? "", /^attachment/);
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const sequences = lines.map(({ sequence }) => Number(sequence));
  assert.deepEqual(
    sequences,
    sequences.toSorted((a, b) => a - b),
  );
  assert.ok(lines.length > 60);
  assert.ok(
    lines.every(({ hash, previousHash }) => /^[0-9a-f]{64}$/.test(String(hash)) && String(previousHash).length === 64),
  );
});

void test("a trail that was altered is noticed", async () => {
  assert.match((await browser.get(`${base}?check=yes`)).text, /the trail is unbroken/);
  const { sequence } = await panel.queries
    .selectFrom("audit")
    .select("sequence")
    .where("subject", "=", "guest7@example.org")
    .executeTakeFirstOrThrow();
  await panel.queries
    .updateTable("audit")
    .set({ subject: "other@example.org" })
    .where("sequence", "=", sequence)
    .execute();
  assert.match((await browser.get(`${base}?check=yes`)).text, new RegExp(`broken at entry ${String(sequence)}:`));
});

void test("an action without a sentence is shown by its name, and markup stays text", async () => {
  await writeAudit(panel.queries, {
    actor: "person <b>x</b>@example.org",
    operator,
    action: "future.action",
    subject: "<script>alert(1)</script>",
    outcome: "failed",
    source: "192.0.2.1",
  });
  const { text } = await browser.get(base);
  assert.match(text, /future\.action: &lt;script&gt;/);
  assert.ok(!text.includes("<b>x</b>") && !text.includes("<script>alert"));
});

void test("actors are called what people know", () => {
  const texts = textsFor("en");
  assert.equal(whoDid({ actor: "person ada@example.org" }, texts), "ada@example.org");
  assert.equal(whoDid({ actor: "token 123" }, texts), "An API token");
  assert.equal(whoDid({ actor: "nobody" }, texts), "Somebody who was not signed in");
  const entry = { subject: "operator Riverside", outcome: "done", detail: { email: "ada@example.org" } } as const;
  assert.equal(whatWasDone({ ...entry, action: "member.invite" }, texts), "invited ada@example.org");
  assert.equal(whatWasDone({ ...entry, action: "constructor" }, texts), "constructor: operator Riverside");
});
