import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { runsOf, type StoredRun } from "./run-store.ts";
import { startTestPanel, type TestPanel } from "../testing/test-panel.ts";
import { makeConfiguration } from "../testing/rows.ts";
import { configurationsOf, stagedMark } from "../configurations/configuration-store.ts";
import { carryOut } from "./carry-out.ts";
import { progressOf } from "./progress.ts";
import { requestRun } from "./request-run.ts";
import { Failure } from "../../model/failure.ts";

let panel: TestPanel;
let operator: string;
before(async () => {
  panel = await startTestPanel();
  operator = await panel.makeOperator("Ada's");
});
after(() => panel.close());

const runs = () => runsOf(panel.queries, operator, panel.panel.now);
const never = new AbortController().signal;

async function request(domain: string): Promise<StoredRun> {
  const configuration = await makeConfiguration(panel.queries, operator, domain);
  return await runs().request(configuration, { by: "person ada@example.org", purge: false });
}

async function found(id: string): Promise<StoredRun> {
  return (await runs().find(id)) ?? assert.fail();
}

/** Waits in the middle of the next change, until the change is told to end. */
function holdChange(): { readonly reached: Promise<void> } {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  panel.machines.during = (_component, signal) => {
    panel.machines.during = () => Promise.resolve();
    return new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("interrupted")), { once: true });
      resolve();
    });
  };
  return { reached };
}

void test("a run that its process had to leave is finished by the next", async () => {
  const { id } = await request("taken-over.example");
  const stop = new AbortController();
  const { reached } = holdChange();
  const first = carryOut(panel.panel, id, stop.signal);
  await reached;
  stop.abort();
  await assert.rejects(first);
  assert.equal((await found(id)).status, "running");
  const written = await runs().events(id, 0);
  assert.equal(written.at(-1)?.event.event, "run-finished", "all that the first said is in the log");
  await carryOut(panel.panel, id, never);
  const run = await found(id);
  assert.deepEqual([run.status, run.failure], ["succeeded", null]);
  const events = await runs().events(id, 0);
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    events.map((_event, at) => at + 1),
  );
  const progress = progressOf(events.map(({ event }) => event));
  assert.equal(progress.resumed, true);
  assert.ok(progress.components.every(({ state }) => state === "done"));
});

void test("a run that is carried out again after its end is left alone", async () => {
  const { id } = await request("again.example");
  await carryOut(panel.panel, id, never);
  const before = await found(id);
  const events = await runs().events(id, 0);
  await carryOut(panel.panel, id, never);
  assert.deepEqual(await found(id), before);
  assert.equal((await runs().events(id, 0)).length, events.length);
  await carryOut(panel.panel, "no such run", never);
});

void test("what was cancelled before it began changes nothing", async () => {
  const { id } = await request("before.example");
  assert.equal(await runs().cancel(id), true);
  await carryOut(panel.panel, id, never);
  assert.equal((await found(id)).status, "cancelled");
  assert.deepEqual(await runs().events(id, 0), []);
  assert.ok(![...panel.machines.systems.keys()].some((component) => component.includes("before.example")));
});

void test("what is cancelled on the way ends, and can be deployed again", async () => {
  const run = await request("on-the-way.example");
  const { reached } = holdChange();
  const first = carryOut(panel.panel, run.id, never);
  await reached;
  await runs().cancel(run.id);
  await first;
  const ended = await found(run.id);
  assert.equal(ended.status, "cancelled");
  assert.ok(ended.finished_at);
  const store = configurationsOf(panel.queries, operator, panel.panel.now);
  const configuration = (await store.find(run.configuration_id)) ?? assert.fail();
  assert.equal(configuration.deployed, null);
  const again = await runs().request(configuration, { by: "ada", purge: false });
  await carryOut(panel.panel, again.id, never);
  assert.equal((await found(again.id)).status, "succeeded");
  assert.deepEqual((await store.find(run.configuration_id))?.deployed, configuration.staged);
});

void test("what the machine says is wrong is the run's result, and in the trail", async () => {
  const { id } = await request("fails.example");
  const failure = { code: "disk-full", attempted: "send", found: "no space", next: "Make room." };
  panel.machines.during = () => Promise.reject(new Failure(failure));
  try {
    await carryOut(panel.panel, id, never);
  } finally {
    panel.machines.during = () => Promise.resolve();
  }
  const run = await found(id);
  assert.equal(run.status, "failed");
  assert.match(JSON.stringify(run.failure), /disk-full/);
  const entry = await panel.queries
    .selectFrom("audit")
    .selectAll()
    .where("subject", "=", `deployment ${id}`)
    .executeTakeFirstOrThrow();
  assert.deepEqual([entry.action, entry.outcome, entry.operator_id], ["deployment.finish", "failed", operator]);
});

void test("what was not reviewed is not requested", async () => {
  const configuration = await makeConfiguration(panel.queries, operator, "reviewed.example");
  const mark = stagedMark(configuration.staged);
  const other = { ...configuration, staged: { ...configuration.staged, applications: {} } };
  const options = { configuration: other, mark, by: "ada" };
  await assert.rejects(
    requestRun(panel.panel, runs(), options),
    (error) => error instanceof Failure && error.code === "review-outdated",
  );
  const [one, two] = await Promise.all(
    [1, 2].map(() => requestRun(panel.panel, runs(), { configuration, mark, by: "ada" })),
  );
  assert.equal(one?.id, two?.id);
  await panel.workOff();
  assert.equal((await found(one?.id ?? "")).status, "succeeded");
});
