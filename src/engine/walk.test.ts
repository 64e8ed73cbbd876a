import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { walk, type Walked, type WalkNode } from "./walk.ts";

const never = new AbortController().signal;

const graphArbitrary: fc.Arbitrary<readonly WalkNode[]> = fc
  .array(fc.array(fc.nat(14), { maxLength: 4 }), { maxLength: 15 })
  .map((rows) =>
    rows.map((before, index) => ({
      component: String(index),
      after: before.filter((other) => other < index).map(String),
    })),
  );

test("every node is visited once, after those before it, never more at a time than allowed", async () => {
  await fc.assert(
    fc.asyncProperty(graphArbitrary, fc.integer({ min: 1, max: 5 }), async (nodes, parallel) => {
      const done: string[] = [];
      let running = 0;
      await walk({
        nodes: nodes.toReversed(),
        parallel,
        signal: never,
        async visit({ component, after }) {
          running += 1;
          assert.ok(running <= parallel);
          assert.ok(after.every((first) => done.includes(first)));
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          done.push(component);
        },
      });
      assert.deepEqual(done.toSorted(), nodes.map(({ component }) => component).toSorted());
    }),
    { numRuns: 60 },
  );
});

test("as many nodes run side by side as the data allow", async () => {
  let running = 0;
  let most = 0;
  await walk({
    nodes: Array.from({ length: 40 }, (_, index) => ({ component: String(index), after: [] })),
    parallel: 32,
    signal: never,
    async visit() {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    },
  });
  assert.equal(most, 32);
});

test("a failure stops what comes after it and nothing else; all failures are known", async () => {
  await fc.assert(
    fc.asyncProperty(graphArbitrary, fc.array(fc.nat(14), { maxLength: 3 }), async (nodes, failing) => {
      const visited = new Set<string>();
      const walked: Walked = await walk({
        nodes,
        parallel: 2,
        signal: never,
        async visit({ component }) {
          visited.add(component);
          if (failing.includes(Number(component))) throw new Error(component);
        },
      });
      const stopped = new Set<string>();
      for (const { component, after } of nodes) {
        const free = after.every((first) => !stopped.has(first));
        assert.equal(visited.has(component), free, component);
        assert.equal(walked.skipped.has(component), !free, component);
        if (!free || failing.includes(Number(component))) stopped.add(component);
      }
      for (const because of walked.skipped.values()) assert.ok(walked.failed.has(because));
      assert.deepEqual(walked.untouched, []);
    }),
    { numRuns: 60 },
  );
});

test("after an abort nothing is begun any more, and what is under way is waited for", async () => {
  const abort = new AbortController();
  const finished: string[] = [];
  const walked = await walk({
    nodes: ["a", "b", "c"].map((component) => ({ component, after: [] })),
    parallel: 2,
    signal: abort.signal,
    async visit({ component }) {
      abort.abort();
      await new Promise((resolve) => setImmediate(resolve));
      finished.push(component);
    },
  });
  assert.deepEqual([finished, walked.untouched], [["a", "b"], ["c"]]);
});

test("what is not part of the walk counts as done", async () => {
  const visited: string[] = [];
  const nodes = [{ component: "a", after: ["elsewhere"] }];
  await walk({ nodes, parallel: 1, signal: never, visit: async ({ component }) => void visited.push(component) });
  assert.deepEqual(visited, ["a"]);
});
