import assert from "node:assert/strict";
import { test } from "node:test";
import { makeBench } from "../testing/bench.ts";
import { failure } from "../testing/temporary-folder.ts";
import { deploymentOf, refusal } from "../testing/world.ts";

test("status reads everything: what is there, what drifted, what is gone, what cannot be read", async () => {
  const { engine, world, disk, of } = makeBench();
  const names = ["drifted", "fine", "gone", "off"];
  await engine.apply(deploymentOf(Object.fromEntries(names.map((name) => [name, { value: "one" }]))), {});
  world.things.delete("thing/gone");
  world.things.set("thing/drifted", { id: "1", value: "by hand", uses: [] });
  world.step = (_, component) => {
    if (component === "thing/off") throw refusal("no route to host");
  };
  const before = disk.writes();
  const looks = await engine.status();
  assert.deepEqual(
    looks.map((look) => [
      look.component,
      "failure" in look ? look.failure.found : look.result.exists ? look.result.drift : "not there",
    ]),
    [
      ["thing/drifted", ["value is by hand"]],
      ["thing/fine", []],
      ["thing/gone", "not there"],
      ["thing/off", "no route to host"],
    ],
  );
  assert.equal(disk.writes(), before);
  assert.deepEqual(
    of("component-status").map(({ component, exists, drift }) => [component, exists, drift]),
    [
      ["thing/drifted", true, ["value is by hand"]],
      ["thing/fine", true, []],
      ["thing/gone", false, []],
    ],
  );
  assert.equal(of("run-finished").at(-1)?.outcome, "failed");
});

test("status can be limited, and of nothing it is nothing", async () => {
  const { engine, disk } = makeBench();
  assert.deepEqual(await engine.status(), []);
  assert.equal(disk.files.size, 0);
  await engine.apply(deploymentOf({ a: { value: "one" }, b: { value: "one" } }), {});
  assert.deepEqual(
    (await engine.status({ targets: ["thing/b"] })).map(({ component }) => component),
    ["thing/b"],
  );
  await assert.rejects(engine.status({ targets: ["thing/c"] }), failure("target-unknown"));
});

test("a component whose type nobody provides is reported", async () => {
  const bench = makeBench();
  await bench.engine.apply(deploymentOf({ a: { value: "one" } }), {});
  const [look] = await makeBench({ disk: bench.disk, providers: [] }).engine.status();
  assert.ok(look !== undefined && "failure" in look);
  assert.equal(look.failure.code, "type-unknown");
});
