import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import type { Provider } from "../provider.ts";
import { makeBench } from "../testing/bench.ts";
import { deploymentOf, makeWorld, type World } from "../testing/world.ts";

function plain(world: World, overrides: Partial<Provider<{ value: string; uses: string[] }>>): Provider {
  return { ...world.provider, ...overrides };
}

test("outputs that come differently from what was planned reach those that were to stay the same", async () => {
  const world = makeWorld();
  let id = "1";
  const reconciled: string[] = [];
  const seen = new Map<string, string>();
  const provider = plain(world, {
    diff: async ({ component, inputs, prior }) => {
      const now = `${inputs.value} ${inputs.uses.join()}`;
      if (prior === undefined) return { kind: "create", changes: [], drift: [] };
      if (seen.get(component) === now) return { kind: "same", outputs: prior.outputs ?? {} };
      return { kind: "update", changes: [], drift: [], outputs: prior.outputs };
    },
    reconcile: async ({ component, inputs }) => {
      reconciled.push(component);
      seen.set(component, `${inputs.value} ${inputs.uses.join()}`);
      return { outcome: "updated", outputs: { id: component === "thing/b" ? id : "x" } };
    },
  });
  const { engine } = makeBench({ providers: [provider] });
  const wanted = (value: string) => deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value } });
  await engine.apply(wanted("one"), {});
  await engine.apply(wanted("two"), {});
  assert.deepEqual(reconciled, ["thing/b", "thing/a", "thing/b"]);
  id = "2";
  await engine.apply(wanted("three"), {});
  assert.deepEqual(reconciled.slice(3), ["thing/b", "thing/a"]);
  assert.equal(seen.get("thing/a"), "one 2");
});

test("what needs no change outside, but is new to the state, is written down once", async () => {
  const world = makeWorld();
  let calls = 0;
  const provider = plain(world, {
    diff: async ({ prior }) =>
      prior === undefined ? { kind: "create", changes: [], drift: [] } : { kind: "same", outputs: { id: "1" } },
    reconcile: async () => {
      calls += 1;
      return { outcome: "created", outputs: { id: "1" } };
    },
  });
  const { engine, disk } = makeBench({ providers: [provider] });
  await engine.apply(deploymentOf({ a: { value: "one" } }), {});
  const next = deploymentOf({ a: { value: "two" } });
  assert.deepEqual((await engine.apply(next, {})).counts, { unchanged: 1 });
  assert.deepEqual((await engine.state()).components["thing/a"]?.inputs, { value: "two", uses: [] });
  const before = disk.writes();
  await engine.apply(next, {});
  assert.deepEqual([calls, disk.writes()], [1, before]);
});

test("a component that is about the same thing takes over from one that goes", async () => {
  const world = makeWorld();
  const log: string[] = [];
  const provider = plain(world, {
    identity: (inputs) => String(inputs["value"]),
    diff: async ({ prior }) =>
      prior === undefined
        ? { kind: "create", changes: [], drift: [] }
        : { kind: "update", changes: [], drift: [], outputs: prior.outputs },
    reconcile: async ({ component, prior }) => {
      log.push(`reconcile ${component} ${JSON.stringify(prior?.memory)}`);
      return { outcome: "updated", outputs: { id: "1" }, memory: { by: component } };
    },
    delete: async ({ component }) => void log.push(`delete ${component}`),
  });
  const { engine } = makeBench({ providers: [provider] });
  await engine.apply(deploymentOf({ a: { value: "host1" }, b: { value: "host2" } }), {});
  const next = deploymentOf({ one: { value: "host1" } });
  const plan = await engine.plan(next, {});
  assert.deepEqual(
    plan.nodes.map(({ component, action, from }) => [component, action, from]),
    [
      ["thing/one", "update", "thing/a"],
      ["thing/b", "delete", undefined],
    ],
  );
  log.length = 0;
  await engine.apply(plan, {});
  assert.deepEqual(log.toSorted(), ["delete thing/b", 'reconcile thing/one {"by":"thing/a"}']);
  assert.deepEqual(Object.keys((await engine.state()).components), ["thing/one"]);
});

test("a target takes over as well, and what it took over is not deleted by the next apply", async () => {
  const world = makeWorld();
  const log: string[] = [];
  const provider = plain(world, {
    identity: (inputs) => String(inputs["value"]),
    delete: async ({ component }) => void log.push(`delete ${component}`),
  });
  const { engine } = makeBench({ providers: [provider] });
  await engine.apply(deploymentOf({ a: { value: "host1" } }), {});
  const next = deploymentOf({ one: { value: "host1" } });
  await engine.apply(next, {}, { targets: ["thing/one"] });
  await engine.apply(next, {});
  assert.deepEqual([log, Object.keys((await engine.state()).components)], [[], ["thing/one"]]);
});

test("outputs that the type does not allow are a failure of the component", async () => {
  const world = makeWorld();
  const provider = plain(world, { reconcile: async () => ({ outcome: "created", outputs: {} }) });
  const { engine } = makeBench({ providers: [provider] });
  await assert.rejects(engine.apply(deploymentOf({ a: { value: "one" } }), {}), (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.report.failures?.[0]?.code, "outputs-invalid");
    return true;
  });
  assert.equal((await engine.state()).components["thing/a"]?.status, "creating");
});
