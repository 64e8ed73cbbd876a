import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Provider } from "../provider.ts";
import { makeBench } from "../testing/bench.ts";
import { temporaryFolder } from "../testing/temporary-folder.ts";
import { deploymentOf, makeWorld, refusal } from "../testing/world.ts";

/** A provider of things whose data outlives them. */
function keeping(kept: Map<string, string>): Provider {
  const { provider } = makeWorld();
  return {
    ...provider,
    async delete(context) {
      await provider.delete(context);
      kept.set(context.component, `data of ${context.component}`);
    },
    async purge({ component }, { dryRun }) {
      const data = kept.get(component);
      if (!dryRun) kept.delete(component);
      return data === undefined ? [] : [data];
    },
  };
}

test("data survives removal until it is purged, on its own", async () => {
  const kept = new Map<string, string>();
  const { engine, disk, of } = makeBench({ providers: [keeping(kept)] });
  await engine.apply(deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value: "one" } }), {});
  assert.deepEqual(await engine.purge({ dryRun: true }), []);
  await engine.destroy();
  assert.deepEqual(Object.keys((await engine.state()).kept).toSorted(), ["thing/a", "thing/b"]);
  const expected = [
    { component: "thing/a", deleted: ["data of thing/a"] },
    { component: "thing/b", deleted: ["data of thing/b"] },
  ];
  const writes = disk.writes();
  assert.deepEqual(await engine.purge({ dryRun: true }), expected);
  assert.deepEqual([kept.size, disk.writes()], [2, writes], "a dry run changes and writes nothing");
  assert.deepEqual(await engine.purge(), expected);
  assert.equal(kept.size, 0);
  assert.deepEqual((await engine.state()).kept, {});
  assert.equal(of("component-finished").filter(({ outcome }) => outcome === "purged").length, 2);
  const after = disk.writes();
  assert.deepEqual(await engine.purge(), []);
  assert.equal(disk.writes(), after);
});

test("a purge that fails leaves what it did not purge to the next one", async () => {
  const kept = new Map<string, string>();
  let broken = true;
  const provider = keeping(kept);
  const purge: Provider["purge"] = async (context, options) => {
    if (broken && context.component === "thing/a") throw refusal("busy");
    return (await provider.purge?.(context, options)) ?? [];
  };
  const { engine } = makeBench({ providers: [{ ...provider, purge }] });
  await engine.apply(deploymentOf({ a: { value: "one" }, b: { value: "one" } }), {});
  await engine.destroy();
  await assert.rejects(engine.purge());
  assert.deepEqual(Object.keys((await engine.state()).kept), ["thing/a"]);
  broken = false;
  assert.equal((await engine.purge()).length, 1);
});

test("secrets stay as long as kept data may need them, and are dropped by the purge", async (context) => {
  const identityFile = join(temporaryFolder(context), "identity.txt");
  const provider = keeping(new Map());
  let broken = true;
  const purge: Provider["purge"] = async (about, options) => {
    if (broken) throw refusal("busy");
    return (await provider.purge?.(about, options)) ?? [];
  };
  const { engine } = makeBench({ providers: [{ ...provider, purge }], identityFile });
  const inputs = { value: "one", secret: { $secret: "db/password" } };
  const declaration = { origin: "generated", format: "hex", length: 16 } as const;
  const components = { "thing/a": { type: "thing", inputs } };
  const secrets = { "db/password": declaration, unused: declaration };
  await engine.apply(deploymentOf({}, { components, secrets }), {});
  await engine.apply(deploymentOf({}), {});
  assert.deepEqual(Object.keys((await engine.state()).secrets), ["db/password", "unused"]);
  await assert.rejects(engine.purge());
  // The other one may be of an application on a machine that stays, whose data is there still.
  assert.deepEqual(Object.keys((await engine.state()).secrets), ["db/password", "unused"]);
  broken = false;
  await engine.purge();
  assert.deepEqual((await engine.state()).secrets, {});
});

test("a permanent secret stays while components may still run with it, and goes with the last of them", async (context) => {
  const identityFile = join(temporaryFolder(context), "identity.txt");
  const { engine } = makeBench({ providers: [keeping(new Map())], identityFile });
  const generated = { origin: "generated", format: "hex", length: 16 } as const;
  const permanent = { ...generated, permanent: "what was encrypted can be read with it alone" };
  const secrets = { "app/key": permanent, "app/password": generated };
  await engine.apply(deploymentOf({ machine: { value: "one" }, app: { value: "one" } }, { secrets }), {});
  const without = deploymentOf({ machine: { value: "one" } });
  await engine.apply(without, {});
  await engine.purge();
  assert.deepEqual(Object.keys((await engine.state()).secrets), ["app/key"]);
  await engine.destroy();
  await engine.purge();
  assert.deepEqual((await engine.state()).secrets, {});
});
