import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../../model/failure.ts";
import { makeBench, type Bench } from "../testing/bench.ts";
import { deploymentOf, refusal, type Wanted } from "../testing/world.ts";

const names = ["a", "b", "c", "d", "e", "f"] as const;

/** Random graphs: a thing uses only things that come later in the alphabet, so that there are no cycles. */
const wantedArbitrary: fc.Arbitrary<Wanted> = fc
  .array(
    fc.record({
      there: fc.boolean(),
      value: fc.constantFrom("one", "two"),
      uses: fc.subarray([...names]),
    }),
    { minLength: names.length, maxLength: names.length },
  )
  .map((rows) => {
    const chosen = names.filter((_, index) => rows[index]?.there === true);
    return Object.fromEntries(
      chosen.map((name) => {
        const { value = "one", uses = [] } = rows[names.indexOf(name)] ?? {};
        return [name, { value, uses: uses.filter((used) => used > name && chosen.includes(used)) }];
      }),
    );
  });

const faultArbitrary = fc.oneof(
  fc.record({ kind: fc.constant("outside" as const), after: fc.nat(30) }),
  fc.record({ kind: fc.constant("disk" as const), after: fc.nat(12), bytes: fc.nat(400) }),
);

type Fault = typeof faultArbitrary extends fc.Arbitrary<infer T> ? T : never;

function arm({ world, disk }: Bench, fault: Fault | undefined): void {
  disk.restart();
  world.step = () => undefined;
  if (fault === undefined) return;
  if (fault.kind === "disk") {
    disk.crashAfter(fault.after, fault.bytes);
    return;
  }
  let left = fault.after;
  world.step = (where, component) => {
    left -= 1;
    if (left === -1) throw refusal(`${where} ${component}`);
  };
}

async function untilDone(bench: Bench, faults: Fault[], action: () => Promise<unknown>): Promise<void> {
  for (;;) {
    const fault = faults.shift();
    arm(bench, fault);
    try {
      await action();
      if (fault === undefined) return;
    } catch (error) {
      assert.ok(error instanceof Failure, String(error));
      assert.ok(["components-failed", "state-unwritable"].includes(error.code), error.message);
      assert.notEqual(fault, undefined, error.message);
    }
  }
}

function checkWorld({ world }: Bench, wanted: Wanted): void {
  assert.deepEqual(world.violations, []);
  assert.deepEqual(
    [...world.things.keys()].toSorted(),
    Object.keys(wanted)
      .map((name) => `thing/${name}`)
      .toSorted(),
  );
  for (const [name, { value, uses = [] }] of Object.entries(wanted)) {
    const made = world.things.get(`thing/${name}`);
    const ids = uses.map((used) => world.things.get(`thing/${used}`)?.id);
    assert.deepEqual([made?.value, made?.uses], [value, ids]);
  }
  for (const name of names) {
    const lives = world.log.filter((line) => line === `create thing/${name}` || line === `delete thing/${name}`);
    assert.ok(
      lives.every((line, index) => line.startsWith(index % 2 === 0 ? "create" : "delete")),
      `thing/${name} was made twice: ${lives.join(", ")}`,
    );
  }
}

test("after any crash, running again finishes the work; nothing leaks, nothing is made twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(wantedArbitrary, fc.array(faultArbitrary, { maxLength: 5 })), { minLength: 1, maxLength: 4 }),
      fc.array(faultArbitrary, { maxLength: 3 }),
      async (applies, faults) => {
        const bench = makeBench({ parallel: 3 });
        for (const [wanted, interruptions] of applies) {
          await untilDone(bench, [...interruptions], () => bench.engine.apply(deploymentOf(wanted), {}));
          checkWorld(bench, wanted);
          const before = bench.disk.writes();
          await bench.engine.apply(deploymentOf(wanted), {});
          assert.equal(bench.disk.writes(), before, "an apply with nothing to do writes nothing");
        }
        await untilDone(bench, [...faults], () => bench.engine.destroy());
        checkWorld(bench, {});
        const before = bench.disk.writes();
        await bench.engine.destroy();
        assert.equal(bench.disk.writes(), before);
      },
    ),
    { numRuns: 60 },
  );
});

test("a crash at every single write of an apply, and at every step outside", async () => {
  const wanted: Wanted = {
    a: { value: "one", uses: ["b", "c"] },
    b: { value: "one", uses: ["c"] },
    c: { value: "two" },
  };
  const next: Wanted = { b: { value: "two", uses: ["d"] }, d: { value: "one" } };
  for (const kind of ["disk", "outside"] as const) {
    for (let after = 0; ; after += 1) {
      const bench = makeBench();
      const before = bench.disk.writes();
      let struck = false;
      const fault: Fault = kind === "disk" ? { kind, after, bytes: 20 } : { kind, after };
      await bench.engine.apply(deploymentOf(wanted), {});
      arm(bench, fault);
      await bench.engine.apply(deploymentOf(next), {}).catch(() => {
        struck = true;
      });
      arm(bench, undefined);
      await bench.engine.apply(deploymentOf(next), {});
      checkWorld(bench, next);
      assert.ok(bench.disk.writes() > before);
      if (!struck) {
        assert.ok(after > 5, `${kind} was struck ${String(after)} times only`);
        break;
      }
    }
  }
});
