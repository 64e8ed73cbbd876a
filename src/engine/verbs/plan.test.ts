import assert from "node:assert/strict";
import { test } from "node:test";
import { makeBench } from "../testing/bench.ts";
import { deploymentOf, refusal } from "../testing/world.ts";
import { failure } from "../testing/temporary-folder.ts";

const first = deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value: "one" } });

test("a plan says what would be done, in order and why, and touches nothing", async () => {
  const { engine, world, disk, of } = makeBench();
  const plan = await engine.plan(first, {});
  assert.deepEqual(
    plan.nodes.map(({ component, action, because, after }) => [component, action, because, after]),
    [
      ["thing/b", "create", "it is new", []],
      ["thing/a", "create", "it is new; details are known when thing/b is there", ["thing/b"]],
    ],
  );
  assert.deepEqual([plan.base, plan.counts, plan.deployment], [0, { create: 2 }, first]);
  assert.deepEqual([world.log, disk.files.size], [[], 0]);
  assert.deepEqual(
    of("component-planned").map(({ change }) => change.component),
    ["thing/b", "thing/a"],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test("a plan shows changes, drift, what is there already, what goes, and what is decided later", async () => {
  const { engine, world } = makeBench();
  const before = deploymentOf({
    a: { value: "one", uses: ["b"] },
    b: { value: "one" },
    c: { value: "one" },
    d: { value: "one", uses: ["e"] },
    e: { value: "one" },
  });
  await engine.apply(before, {});
  world.things.delete("thing/b");
  world.things.set("thing/c", { id: "thing/c#9", value: "by hand", uses: [] });
  const plan = await engine.plan(
    deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value: "one" }, c: { value: "one" }, d: { value: "two" } }),
    {},
  );
  assert.deepEqual(
    plan.nodes.map(({ component, action, because, drift, after }) => [component, action, because, drift, after]),
    [
      ["thing/b", "create", "it is gone", [], []],
      ["thing/a", "pending", "decided when thing/b is there", [], ["thing/b"]],
      ["thing/c", "update", "it was changed from outside", ["value is by hand"], []],
      ["thing/d", "update", "its inputs changed", [], []],
      ["thing/e", "delete", "no longer wanted", [], ["thing/d"]],
    ],
  );
  assert.deepEqual(plan.counts, { create: 1, pending: 1, update: 2, delete: 1 });
});

test("what cannot be looked at is part of the plan as a failure; the rest is planned all the same", async () => {
  const { engine, world, of } = makeBench();
  await engine.apply(first, {});
  world.step = (_, component) => {
    if (component === "thing/b") throw refusal("the machine is off");
  };
  const wanted = deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value: "one" }, c: { value: "one" } });
  const plan = await engine.plan(wanted, {});
  assert.deepEqual(
    plan.nodes.map(({ component, action, failure: why }) => [component, action, why?.found]),
    [
      ["thing/b", "pending", "the machine is off"],
      ["thing/a", "pending", undefined],
      ["thing/c", "create", undefined],
    ],
  );
  assert.deepEqual(plan.counts, { failed: 1, pending: 1, create: 1 });
  assert.equal(of("component-failed")[0]?.report.subject, "thing/b");
  assert.equal(of("run-finished").at(-1)?.outcome, "failed");
});

test("components are looked at side by side, within bounds", async () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`t${String(index)}`, { value: "one" }]));
  for (const [parallel, most] of [
    [undefined, 32],
    [3, 3],
  ] as const) {
    const { engine, world } = makeBench({ parallel });
    world.step = () => new Promise((resolve) => setImmediate(resolve));
    await engine.plan(deploymentOf(many), {});
    assert.equal(world.load.most, most);
    await engine.apply(deploymentOf(many), {});
    assert.equal(world.load.most, most);
  }
});

test("a provider that wants to remember something while it looks is stopped", async () => {
  const { engine, disk } = makeBench({
    providers: [
      {
        ...makeBench().world.provider,
        diff: async ({ remember }) => {
          await remember({ note: 1 });
          return { kind: "same", outputs: { id: "1" } };
        },
      },
    ],
  });
  const plan = await engine.plan(deploymentOf({ a: { value: "one" } }), {});
  assert.match(plan.nodes[0]?.failure?.found ?? "", /changes nothing/);
  assert.equal(disk.files.size, 0);
});

test("an interrupted plan is no plan", async () => {
  const abort = new AbortController();
  const { engine, world, of } = makeBench({ signal: abort.signal });
  world.step = () => abort.abort();
  await assert.rejects(engine.plan(first, {}), failure("interrupted"));
  assert.equal(of("run-finished")[0]?.outcome, "interrupted");
});

test("a deployment of another name is refused", async () => {
  const { engine } = makeBench();
  const other = { ...first, name: "example.net" };
  await assert.rejects(engine.plan(other, {}), failure("deployment-name-invalid"));
  assert.throws(() => makeBench({ deploymentName: "../x" }), failure("deployment-name-invalid"));
});
