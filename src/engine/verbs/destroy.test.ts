import assert from "node:assert/strict";
import { test } from "node:test";
import { makeBench } from "../testing/bench.ts";
import { failure } from "../testing/temporary-folder.ts";
import type { Provider } from "../provider.ts";
import { deploymentOf, makeWorld, refusal } from "../testing/world.ts";

const chain = deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value: "one", uses: ["c"] }, c: { value: "one" } });

test("everything goes in reverse order; a second time nothing is done and nothing is written", async () => {
  const { engine, world, disk } = makeBench();
  assert.deepEqual((await engine.destroy()).counts, {});
  assert.equal(disk.files.size, 0);
  await engine.apply(chain, {});
  world.log.length = 0;
  const plan = await engine.planDestroy();
  assert.deepEqual(plan.counts, { delete: 3 });
  assert.deepEqual((await engine.destroy()).counts, { deleted: 3 });
  assert.deepEqual(world.log, ["delete thing/a", "delete thing/b", "delete thing/c"]);
  const before = disk.writes();
  assert.deepEqual((await engine.destroy()).counts, {});
  assert.equal(disk.writes(), before);
});

test("what cannot be removed keeps what it uses; the next destroy continues", async () => {
  const { engine, world } = makeBench();
  await engine.apply(chain, {});
  world.step = (where, component) => {
    if (where === "before delete" && component === "thing/b") throw refusal("busy");
  };
  await assert.rejects(engine.destroy(), failure("components-failed", /1 component failed; 1 component left/));
  assert.deepEqual([...world.things.keys()].toSorted(), ["thing/b", "thing/c"]);
  assert.equal((await engine.state()).components["thing/b"]?.status, "deleting");
  world.step = () => undefined;
  assert.deepEqual((await engine.destroy()).counts, { deleted: 2 });
});

test("what was half-deleted is brought back by an apply that wants it", async () => {
  const { engine, world } = makeBench();
  await engine.apply(chain, {});
  world.step = (where) => {
    if (where === "before delete") throw refusal("busy");
  };
  await assert.rejects(engine.destroy());
  world.step = () => undefined;
  await engine.apply(chain, {});
  assert.equal((await engine.state()).components["thing/a"]?.status, "present");
});

test("what is known to be gone for good is forgotten without asking", async () => {
  const { engine, world } = makeBench();
  await engine.apply(chain, {});
  world.things.delete("thing/a");
  world.step = (_, component) => {
    if (component === "thing/a") throw refusal("no route to host");
  };
  await engine.destroy({ targets: ["thing/a"], forget: ["thing/a"] });
  assert.deepEqual(Object.keys((await engine.state()).components).toSorted(), ["thing/b", "thing/c"]);
});

test("what is switched off below is woken first; when that is gone for good, so is what stood on it", async () => {
  const world = makeWorld();
  let gone = false;
  const provider: Provider<never> = {
    ...(world.provider as Provider<never>),
    async wake({ component }) {
      await Promise.resolve();
      world.log.push(`wake ${component}`);
      return !gone;
    },
    async delete(context) {
      if (await context.rouse()) await world.provider.delete(context);
    },
  };
  const { engine } = makeBench({ providers: [provider] });
  await engine.apply(chain, {});
  world.log.length = 0;
  await engine.destroy({ targets: ["thing/a"] });
  assert.deepEqual(world.log, ["wake thing/b", "delete thing/a"]);
  gone = true;
  assert.deepEqual((await engine.destroy({ targets: ["thing/b"] })).counts, { deleted: 1 });
  assert.deepEqual(world.log, ["wake thing/b", "delete thing/a", "wake thing/c"]);
});

test("a target that others use is not removed", async () => {
  const { engine, world } = makeBench();
  await engine.apply(chain, {});
  await assert.rejects(engine.destroy({ targets: ["thing/c"] }), failure("target-in-use", /thing\/b/));
  await engine.destroy({ targets: ["thing/a"] });
  assert.deepEqual([...world.things.keys()].toSorted(), ["thing/b", "thing/c"]);
});

test("a component whose type nobody provides any more is a failure, not forgotten", async () => {
  const bench = makeBench();
  await bench.engine.apply(deploymentOf({ a: { value: "one" } }), {});
  const { engine } = makeBench({ disk: bench.disk, providers: [] });
  await assert.rejects(engine.destroy(), failure("components-failed"));
  assert.deepEqual(Object.keys((await engine.state()).components), ["thing/a"]);
});
