import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestPanel, type TestPanel } from "../testing/test-panel.ts";
import { mayProve, networkOf, proved, type ProofAttempt } from "./proof-limit.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

const start = Date.UTC(2026, 0, 1);

function password(email: string, source: string, now = start): ProofAttempt {
  return { kind: "password", email, source, now };
}

/** Tries until it is refused. */
async function exhaust(attempt: ProofAttempt): Promise<number> {
  for (let count = 0; count < 200; count += 1) if (!(await mayProve(panel.queries, attempt))) return count;
  return Number.POSITIVE_INFINITY;
}

void test("one source that guesses for one account locks out itself and nobody else", async () => {
  assert.equal(await exhaust(password("ada@example.org", "198.51.100.1")), 8);
  assert.equal(await mayProve(panel.queries, password("ada@example.org", "198.51.100.2")), true);
  assert.equal(await mayProve(panel.queries, password("grace@example.org", "198.51.100.1")), true);
});

void test("one source that guesses for many accounts locks out itself and nobody else", async () => {
  const source = "198.51.100.9";
  let allowed = 0;
  while (allowed < 200 && (await mayProve(panel.queries, password(`person${String(allowed)}@example.org`, source))))
    allowed += 1;
  assert.equal(allowed, 60);
  assert.equal(await mayProve(panel.queries, password("person1@example.org", "198.51.100.10")), true);
});

void test("many sources that guess for one account do not lock out where its person is signed in", async () => {
  const person = await panel.makePerson({ email: "target@example.org" });
  await panel.browser(person);
  for (let source = 1; source <= 10; source += 1)
    await exhaust(password("target@example.org", `203.0.113.${String(source)}`));
  assert.equal(await mayProve(panel.queries, password("target@example.org", "203.0.113.99")), false);
  assert.equal(await mayProve(panel.queries, password("target@example.org", "192.0.2.7")), true);
});

void test("it passes by itself, and old counts are forgotten", async () => {
  const attempt = password("later@example.org", "198.51.100.20");
  await exhaust(attempt);
  const later = start + 15 * 60_000;
  assert.equal(await mayProve(panel.queries, { ...attempt, now: later }), true);
  const old = await panel.queries.selectFrom("attempt").select("key").where("window", "<=", later).execute();
  assert.deepEqual(old, []);
});

void test("what went well begins anew, for this source and account", async () => {
  const attempt = password("right@example.org", "198.51.100.30");
  await exhaust(attempt);
  await proved(panel.queries, attempt);
  assert.equal(await mayProve(panel.queries, attempt), true);
});

void test("one customer's addresses count as one source", () => {
  assert.equal(networkOf("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  assert.equal(networkOf("2001:0db8:1:2::9"), "2001:db8:1:2::/64");
  assert.equal(networkOf("2001:db8::1"), "2001:db8:0:0::/64");
  assert.equal(networkOf("::1"), "0:0:0:0::/64");
  assert.equal(networkOf("::ffff:198.51.100.7"), "198.51.100.7");
  assert.equal(networkOf("198.51.100.7"), "198.51.100.7");
  assert.equal(networkOf("unknown"), "unknown");
});
