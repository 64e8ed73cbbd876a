import assert from "node:assert/strict";
import { test } from "node:test";
import { makeBench } from "../testing/bench.ts";
import { deploymentOf } from "../testing/world.ts";

test("what the state remembers for a provider can be corrected, and nothing else changes", async () => {
  const bench = makeBench();
  await bench.engine.apply(deploymentOf({ a: { value: "one" } }), {});
  const before = await bench.engine.state();
  const log = bench.world.log.length;
  await bench.engine.amend({ component: "thing/a", amend: () => ({ corrected: true }) });
  const after = await bench.engine.state();
  assert.deepEqual(after.components["thing/a"], { ...before.components["thing/a"], memory: { corrected: true } });
  assert.equal(bench.world.log.length, log);
});

test("a correction that is refused, or for a component that nobody knows, writes no notes", async () => {
  const bench = makeBench();
  await bench.engine.apply(deploymentOf({ a: { value: "one" } }), {});
  const before = await bench.engine.state();
  const refuse = (): never => {
    throw new Error("no");
  };
  await assert.rejects(bench.engine.amend({ component: "thing/a", amend: refuse }), /no/);
  await assert.rejects(bench.engine.amend({ component: "thing/b", amend: () => null }), { code: "target-unknown" });
  assert.deepEqual((await bench.engine.state()).components, before.components);
});
