import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { configurationsOf, stagedMark } from "../configurations/configuration-store.ts";
import { startTestPanel, type TestPanel } from "../testing/test-panel.ts";
import type { DeploymentHealth } from "./look-at-health.ts";
import { lookAtOld, lookRegularly } from "./look-regularly.ts";
import { requestRun } from "./request-run.ts";
import { runsOf } from "./run-store.ts";

let panel: TestPanel;
before(async () => {
  panel = await startTestPanel();
});
after(() => panel.close());

void test("what is deployed is looked at again after a while, and what is being deployed is not", async () => {
  const operator = await panel.makeOperator("Ada's services");
  const { queries, panel: inner } = panel;
  const configurations = configurationsOf(queries, operator, inner.now);
  const staged = {
    domain: "example.org",
    initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
    applications: { snac: { enable: true } },
  };
  const id = await configurations.create({ domain: "example.org", environment: "production", staged });
  const stop = new AbortController();
  const healthy = async (): Promise<boolean | undefined> => {
    const found = await configurations.find(id);
    return (found?.health as unknown as DeploymentHealth | null)?.applications["snac"]?.healthy;
  };
  await lookAtOld(inner, stop.signal);
  assert.equal(await healthy(), undefined, "what never ran is not looked at");

  const runs = runsOf(queries, operator, inner.now);
  const configuration = await configurations.find(id);
  assert.ok(configuration);
  await requestRun(inner, runs, { configuration, mark: stagedMark(staged), by: "person ada@example.org" });
  await panel.workOff();
  assert.equal(await healthy(), true);

  panel.machines.sick.add("snac-answers");
  await lookAtOld(inner, stop.signal);
  assert.equal(await healthy(), true, "what was seen lately is not looked at");
  panel.pass(6 * 60_000);
  await lookAtOld(inner, stop.signal);
  assert.equal(await healthy(), false);

  panel.machines.sick.clear();
  panel.pass(6 * 60_000);
  const again = await configurations.find(id);
  assert.ok(again);
  await requestRun(inner, runs, { configuration: again, mark: stagedMark(again.staged), by: "person ada@example.org" });
  await lookAtOld(inner, stop.signal);
  assert.equal(await healthy(), false, "its deployment looks by itself");
  await panel.workOff();
  assert.equal(await healthy(), true);
});

void test("a process that ends waits for its look, which says nothing then", async () => {
  const operator = await panel.makeOperator("Bob's services");
  const { queries, panel: inner } = panel;
  const configurations = configurationsOf(queries, operator, inner.now);
  const staged = { domain: "example.net", initialUser: {}, applications: { snac: { enable: true } } };
  const id = await configurations.create({ domain: "example.net", environment: "production", staged });
  await queries
    .updateTable("configuration")
    .set({ deployed: JSON.stringify(staged) })
    .where("id", "=", id)
    .execute();
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const openDeployment: typeof inner.openDeployment = (options) => ({
    ...inner.openDeployment(options),
    async status() {
      begun.resolve();
      await goOn.promise;
      return [];
    },
  });
  const looked = lookRegularly({ ...inner, openDeployment }, stop.signal, 1);
  await begun.promise;
  stop.abort();
  let ended = false;
  const waiting = looked().then(() => {
    ended = true;
  });
  await setImmediate();
  assert.equal(ended, false, "the look is not waited for");
  goOn.resolve();
  await waiting;
  assert.equal((await configurations.find(id))?.health, null);
});

void test("several are looked at at the same time, each once, and one that cannot be opened stops none of them", async () => {
  const operator = await panel.makeOperator("Carol's services");
  const { queries, panel: inner } = panel;
  const configurations = configurationsOf(queries, operator, inner.now);
  const domains = Array.from({ length: 20 }, (_, at) => `d${String(at)}.example`);
  for (const domain of domains) {
    const staged = { domain, initialUser: {}, applications: { snac: { enable: true } } };
    const id = await configurations.create({ domain, environment: "production", staged });
    const deployed = { deployed: JSON.stringify(staged) };
    await queries.updateTable("configuration").set(deployed).where("id", "=", id).execute();
  }
  const looked: string[] = [];
  let open = 0;
  let most = 0;
  const openDeployment: typeof inner.openDeployment = (options) => {
    looked.push(options.name);
    if (options.name === "d3.example") throw new Error("a defect");
    return {
      ...inner.openDeployment(options),
      async status() {
        open += 1;
        most = Math.max(most, open);
        await setImmediate();
        open -= 1;
        return [];
      },
    };
  };
  await assert.rejects(lookAtOld({ ...inner, openDeployment }, new AbortController().signal), /a defect/);
  assert.deepEqual(looked.filter((name) => domains.includes(name)).toSorted(), domains.toSorted());
  assert.ok(most > 1, "one after the other");
});
