import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { configurationsOf, stagedMark } from "../../../configurations/configuration-store.ts";
import { requestRun } from "../../../runs/request-run.ts";
import { runsOf } from "../../../runs/run-store.ts";
import { startTestPanel, type TestPanel, type TestPerson } from "../../../testing/test-panel.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

/** A queued deployment of an operator with one person, and the stream of it that this person opened. */
async function watched(name: string) {
  const { queries, panel: inner, server } = panel;
  const operator = await panel.makeOperator(name);
  const person: TestPerson = await panel.makePerson({
    email: `ada@${name}.example`,
    memberships: { [operator]: "viewer" },
  });
  const configurations = configurationsOf(queries, operator, inner.now);
  const staged = {
    domain: `${name}.example`,
    initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
    applications: { snac: { enable: true } },
  };
  const id = await configurations.create({ domain: staged.domain, environment: "production", staged });
  const configuration = await configurations.find(id);
  assert.ok(configuration);
  const mark = stagedMark(staged);
  const run = await requestRun(inner, runsOf(queries, operator, inner.now), { configuration, mark, by: "person ada" });
  const browser = await panel.browser(person);
  const cookie = [...browser.cookies].map(([key, value]) => `${key}=${value}`).join("; ");
  const address = `/operators/${operator}/deployments/${run.id}/events`;
  const answer = await server.request(new URL(address, inner.settings.origin).href, { headers: { cookie } });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.ok(answer.body);
  const reader = answer.body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  return { operator, person, run: run.id, reader };
}

void test("a stream tells the status at once and after each change, and ends with the deployment", async () => {
  const { run, reader } = await watched("a");
  const queued = { done: false, value: "event: changed\ndata: queued\n\n" };
  assert.deepEqual(await reader.next(), queued);
  panel.panel.watch.changed(run);
  assert.deepEqual(await reader.next(), queued);
  await panel.workOff();
  const told: (string | undefined)[] = [];
  for await (const word of { [Symbol.asyncIterator]: () => reader }) told.push(word);
  assert.equal(told.at(-1), "event: changed\ndata: succeeded\n\n");
});

void test("changes that come fast are told as one", async () => {
  const { run, reader } = await watched("b");
  await reader.next();
  const begin = performance.now();
  for (let change = 0; change < 100; change += 1) panel.panel.watch.changed(run);
  await reader.next();
  panel.panel.watch.changed(run);
  await reader.next();
  await reader.return?.();
  assert.ok(performance.now() - begin >= 900, "three words of a stream have two pauses between them");
});

void test("a stream ends soon after its watcher may not see it any more", async () => {
  const { operator, person, run, reader } = await watched("c");
  await reader.next();
  await panel.queries
    .deleteFrom("member")
    .where("operator_id", "=", operator)
    .where("person_id", "=", person.id)
    .execute();
  panel.pass(5000);
  panel.panel.watch.changed(run);
  assert.equal((await reader.next()).done, true);
});
