import assert from "node:assert/strict";
import { test } from "node:test";
import type { GenerationReading, Provider } from "../provider.ts";
import { makeBench } from "../testing/bench.ts";
import { failure } from "../testing/temporary-folder.ts";
import { deploymentOf, makeWorld, refusal } from "../testing/world.ts";

/** A provider of things that remember what they were. */
function remembering(): { provider: Provider; asked: (readonly [string, number | undefined])[] } {
  const { provider } = makeWorld();
  const asked: (readonly [string, number | undefined])[] = [];
  const generation: GenerationReading = {
    number: 2,
    id: "x",
    activatedAt: "2026-01-01T00:00:00.000Z",
    verdict: "confirmed",
    current: true,
  };
  return {
    asked,
    provider: {
      ...(provider as Provider),
      async rollback({ component, prior }, { to }) {
        asked.push([component, to]);
        if (component === "thing/broken") throw refusal("no earlier generation");
        return { outcome: "updated", outputs: prior.outputs ?? {}, memory: { back: true } };
      },
      generations: async () => [generation],
    },
  };
}

test("components go back to an earlier generation; what is wanted stays what it was", async () => {
  const { provider, asked } = remembering();
  const { engine, of } = makeBench({ providers: [provider] });
  await engine.apply(deploymentOf({ a: { value: "one" }, b: { value: "one" } }), {});
  const before = await engine.state();
  assert.deepEqual((await engine.rollback()).counts, { "rolled-back": 2 });
  await engine.rollback({ targets: ["thing/a"], to: 1 });
  assert.deepEqual(asked, [
    ["thing/a", undefined],
    ["thing/b", undefined],
    ["thing/a", 1],
  ]);
  const { components } = await engine.state();
  assert.deepEqual(components["thing/a"], { ...before.components["thing/a"], memory: { back: true } });
  assert.equal(of("component-started").filter(({ action }) => action === "rollback").length, 3);
});

test("what has no generations cannot be rolled back", async () => {
  const { engine } = makeBench();
  await assert.rejects(engine.rollback(), failure("rollback-unsupported", /nothing in it/));
  await engine.apply(deploymentOf({ a: { value: "one" } }), {});
  await assert.rejects(engine.rollback({ targets: ["thing/a"] }), failure("rollback-unsupported"));
  await assert.rejects(engine.rollback({ targets: ["thing/x"] }), failure("target-unknown"));
});

test("a rollback that fails is continued by the next apply", async () => {
  const { engine } = makeBench({ providers: [remembering().provider] });
  const wanted = deploymentOf({ broken: { value: "one" } });
  await engine.apply(wanted, {});
  await assert.rejects(engine.rollback(), failure("components-failed"));
  assert.equal((await engine.state()).components["thing/broken"]?.status, "updating");
  await engine.apply(wanted, {});
  assert.equal((await engine.state()).components["thing/broken"]?.status, "present");
});

test("generations are listed where there are any", async () => {
  const { engine } = makeBench({ providers: [remembering().provider] });
  await engine.apply(deploymentOf({ a: { value: "one" } }), {});
  const [look] = await engine.generations();
  assert.ok(look !== undefined && "result" in look);
  assert.deepEqual([look.component, look.result[0]?.number], ["thing/a", 2]);
  const { engine: without } = makeBench();
  await without.apply(deploymentOf({ a: { value: "one" } }), {});
  assert.deepEqual(await without.generations(), []);
});
