import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { makeBench } from "../testing/bench.ts";
import { deploymentOf, refusal } from "../testing/world.ts";
import { failure } from "../testing/temporary-folder.ts";

const chain = deploymentOf({ a: { value: "one", uses: ["b"] }, b: { value: "one", uses: ["c"] }, c: { value: "one" } });

test("a plan that was kept is carried out, exactly that", async () => {
  const { engine, world, of } = makeBench();
  const plan = JSON.parse(JSON.stringify(await engine.plan(chain, {}))) as Awaited<ReturnType<typeof engine.plan>>;
  const summary = await engine.apply(plan, {});
  assert.deepEqual(summary.counts, { created: 3 });
  assert.deepEqual(world.log, ["create thing/c", "create thing/b", "create thing/a"]);
  assert.deepEqual([of("run-finished").at(-1)?.outcome, of("run-finished").at(-1)?.counts], ["done", { created: 3 }]);
});

test("a plan whose base has moved on is refused", async () => {
  const { engine, world } = makeBench();
  const plan = await engine.plan(chain, {});
  await engine.apply(deploymentOf({ x: { value: "one" } }), {});
  await assert.rejects(engine.apply(plan, {}), failure("plan-stale", /starts from state 0/));
  assert.deepEqual(world.log, ["create thing/x"]);
  const idle = await engine.plan(deploymentOf({ x: { value: "one" } }), {});
  for (const value of ["two", "one"]) await engine.apply(deploymentOf({ x: { value } }), {});
  await assert.rejects(engine.apply(idle, {}), failure("plan-stale"));
  await assert.rejects(engine.apply({ ...plan, format: 2 } as never, {}), failure("plan-invalid"));
});

test("a base that moves on between plan and lease is noticed", async () => {
  const bench = makeBench();
  const { engine, world } = bench;
  let moved = false;
  world.step = async (where) => {
    if (moved || where !== "before diff") return;
    moved = true;
    await engine.apply(deploymentOf({ x: { value: "one" } }), {});
  };
  await assert.rejects(engine.apply(chain, {}), failure("plan-stale"));
  assert.deepEqual(world.log, ["create thing/x"]);
});

test("a failure stops only what comes after it; all failures are reported at the end, as one", async () => {
  const { engine, world, of } = makeBench();
  const wanted = deploymentOf({
    a: { value: "one", uses: ["b", "d"] },
    b: { value: "one" },
    c: { value: "one", uses: ["d"] },
    d: { value: "one" },
    e: { value: "one" },
    f: { value: "one" },
  });
  world.step = (where, component) => {
    if (where === "before reconcile" && ["thing/b", "thing/e"].includes(component)) throw refusal(`no ${component}`);
  };
  await assert.rejects(engine.apply(wanted, {}), (error) => {
    assert.ok(error instanceof Failure && error.code === "components-failed");
    assert.equal(error.report.found, "2 components failed; 1 component left as they were");
    assert.deepEqual(error.report.failures?.map(({ subject, found }) => [subject, found]).toSorted(), [
      ["thing/b", "no thing/b"],
      ["thing/e", "no thing/e"],
    ]);
    return true;
  });
  assert.deepEqual([...world.things.keys()].toSorted(), ["thing/c", "thing/d", "thing/f"]);
  assert.deepEqual(
    of("component-skipped").map(({ component, because }) => [component, because]),
    [["thing/a", "thing/b failed"]],
  );
  assert.deepEqual(of("run-finished").at(-1)?.counts, { created: 3, failed: 2, skipped: 1 });
  world.step = () => undefined;
  assert.deepEqual((await engine.apply(wanted, {})).counts, { unchanged: 3, created: 3 });
});

test("a machine that is off is reported, the others finish", async () => {
  const { engine, world } = makeBench();
  world.step = (_, component) => {
    if (component === "thing/c") throw refusal("no route to host");
  };
  const wanted = deploymentOf({ c: { value: "one" }, d: { value: "one" } });
  await assert.rejects(engine.apply(wanted, {}), failure("components-failed"));
  await assert.rejects(engine.apply(wanted, {}), failure("components-failed"));
  assert.deepEqual(world.log, ["create thing/d"]);
  world.step = () => undefined;
  await engine.apply(wanted, {});
  assert.deepEqual(world.log, ["create thing/d", "create thing/c"]);
});

test("an abort begins nothing more, tells what is under way, and leaves what can be continued", async () => {
  const abort = new AbortController();
  const { engine, world, of } = makeBench({ signal: abort.signal, parallel: 1 });
  world.step = (where, component) => {
    if (where !== "made" || component !== "thing/b") return;
    abort.abort();
    throw new DOMException("aborted", "AbortError");
  };
  await assert.rejects(engine.apply(chain, {}), (error) => {
    assert.ok(error instanceof Failure && error.code === "interrupted");
    assert.deepEqual(
      error.report.failures?.map(({ code, subject }) => [code, subject]),
      [["interrupted", "thing/b"]],
    );
    return true;
  });
  assert.equal(of("run-finished")[0]?.outcome, "interrupted");
  assert.equal((await engine.state()).components["thing/b"]?.status, "creating");
  assert.deepEqual(world.log, ["create thing/c", "create thing/b"]);
});

test("what was interrupted is continued", async () => {
  const { engine, world } = makeBench();
  world.step = (where, component) => {
    if (where === "made" && component === "thing/b") throw refusal("lost");
  };
  await assert.rejects(engine.apply(chain, {}));
  world.step = () => undefined;
  const plan = await engine.plan(chain, {});
  assert.deepEqual(
    plan.nodes.map(({ action, because }) => [action, because]),
    [
      ["same", "it is as it should be"],
      ["update", "the last run ended while creating it"],
      ["create", "it is new"],
    ],
  );
  await engine.apply(plan, {});
  assert.deepEqual(world.log, ["create thing/c", "create thing/b", "create thing/a"]);
});

test("a lost journal stops the run before its next effect", async () => {
  const { engine, world, disk } = makeBench();
  world.step = (where, component) => {
    if (where === "after reconcile" && component === "thing/c") disk.crashAfter(0, 10);
  };
  await assert.rejects(engine.apply(chain, {}), failure("state-unwritable"));
  assert.deepEqual(world.log, ["create thing/c"]);
});

test("a lost lease stops the run before its next effect", async () => {
  let lost = false;
  const check = async (): Promise<void> => {
    if (lost) throw new Failure({ code: "lease-lost", attempted: "", found: "lost", next: "" });
  };
  const take = (): Promise<{ fence: number; check: typeof check; release: () => Promise<void> }> =>
    Promise.resolve({ fence: 1, check, release: () => Promise.resolve() });
  const { engine, world, of } = makeBench({ leases: { take, look: () => Promise.resolve() }, parallel: 2 });
  let told = false;
  world.step = async (where, component) => {
    if (where === "remembered" && component === "thing/c") lost = true;
    if (where !== "after reconcile" || component !== "thing/d") return;
    await new Promise((resolve) => world.signals.get(component)?.addEventListener("abort", resolve));
    told = true;
  };
  const wanted = { ...chain.components, ...deploymentOf({ d: { value: "one" } }).components };
  await assert.rejects(engine.apply({ ...chain, components: wanted }, {}), failure("lease-lost"));
  assert.deepEqual(world.log.toSorted(), ["create thing/c", "create thing/d"]);
  assert.ok(told, "what is under way gets to know");
  assert.equal(of("run-finished")[0]?.outcome, "failed");
});

test("targets bring what they need; the rest stays as it is", async () => {
  const { engine, world } = makeBench();
  await engine.apply(chain, {}, { targets: ["thing/b"] });
  assert.deepEqual(world.log, ["create thing/c", "create thing/b"]);
  await assert.rejects(engine.apply(chain, {}, { targets: ["thing/x"] }), failure("target-unknown"));
});

test("the estimate comes from the runs before", async () => {
  let now = 0;
  const { engine, world, of } = makeBench({ clock: () => now });
  for (const [value, took] of [
    ["one", 5],
    ["two", 70],
    ["three", 10],
    ["four", 30],
  ] as const) {
    world.step = (where) => {
      if (where === "after reconcile") now += took;
    };
    await engine.apply(deploymentOf({ a: { value } }), {});
  }
  const started = of("component-started").filter(({ action }) => action === "update");
  assert.deepEqual(
    started.map(({ estimate }) => estimate),
    [undefined, 70, 40],
  );
  assert.equal(of("component-finished").at(-1)?.duration, 30);
  assert.equal(of("component-started")[0]?.estimate, undefined);
});

/** A provider that takes any `value` as it is, gives what `outputsOf` says and knows nothing of its own. */
