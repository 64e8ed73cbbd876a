import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { closingLine, parseClosingLine, runSteps, type Step, sum, withoutSkips } from "./step.ts";
import { judge } from "./test-steps.ts";

const outcome = { passed: 2, failed: 0, skipped: 1, note: "no root", output: "" };

test("a closing line says the counts, and of skips only when there are some", () => {
  assert.equal(closingLine(outcome), "2 passed, 0 failed, 1 skipped");
  assert.equal(closingLine({ ...outcome, skipped: 0 }), "2 passed, 0 failed");
});

test("what a closing line says can be read back, and nothing else", () => {
  assert.deepEqual(parseClosingLine("2 passed, 0 failed, 1 skipped"), { passed: 2, failed: 0, skipped: 1 });
  assert.deepEqual(parseClosingLine("12 passed, 3 failed"), { passed: 12, failed: 3, skipped: 0 });
  for (const line of ["", "2 passed", " 2 passed, 0 failed", "2 passed, 0 failed.", "x2 passed, 0 failed"]) {
    assert.equal(parseClosingLine(line), undefined);
  }
});

test("outcomes add up", () => {
  const total = sum([outcome, { passed: 1, failed: 4, skipped: 0, output: "broken\n" }]);
  assert.deepEqual(total, { passed: 3, failed: 4, skipped: 1, note: "no root", output: "broken\n" });
});

test("under CI a skip is a failure", () => {
  const { passed, failed, skipped, output } = withoutSkips(outcome);
  assert.deepEqual({ passed, failed, skipped }, { passed: 2, failed: 1, skipped: 0 });
  assert.match(output, /no root/);
});

test("a program is judged by its closing line and its exit code together", () => {
  assert.equal(judge(0, "…\n3 passed, 0 failed\n").passed, 3);
  assert.equal(judge(1, "…\n3 passed, 2 failed\n").failed, 2);
  assert.equal(judge(1, "…\n3 passed, 0 failed\n").failed, 1, "it failed without counting it");
  assert.equal(judge(0, "no such line\n").failed, 1, "nothing says that anything was tested");
  assert.equal(judge(null, "").failed, 1, "a signal ended it");
});

/** Runs steps that end in the order in which the test lets them, and gives what was begun when. */
async function begun(
  words: readonly string[],
  sideBySide: number,
  stopAfter = words.length,
): Promise<readonly string[]> {
  const seen: string[] = [];
  const running = new Map<string, () => void>();
  const steps = words.map((name): Step => ({ name, shares: name === name.toUpperCase(), run: () => assert.fail() }));
  let ended = 0;
  const run = async ({ name }: Step): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    running.set(name, () => resolve(undefined));
    await promise;
    ended += 1;
  };
  const state = { over: false };
  const all = runSteps(steps, run, { sideBySide, isOver: () => ended >= stopAfter }).then(() => (state.over = true));
  while (!state.over) {
    await setImmediate();
    if (running.size === 0) continue;
    seen.push([...running.keys()].join("+"));
    const [[first, end]] = running as unknown as [[string, () => void]];
    running.delete(first);
    end();
  }
  await all;
  return seen;
}

test("steps run in their order, those that share the computer side by side, the others alone", async () => {
  assert.deepEqual(await begun(["types", "unit", "A", "B", "C"], 2), ["types", "unit", "A+B", "B+C", "C"]);
  assert.deepEqual(await begun(["types", "A", "B", "last", "C"], 1), ["types", "A", "B", "last", "C"]);
  assert.deepEqual(await begun(["A", "last", "B"], 2), ["A", "last", "B"]);
});

test("nothing more is begun once it is over", async () => {
  assert.deepEqual(await begun(["types", "A", "B", "C"], 2, 1), ["types"]);
  assert.deepEqual(await begun(["A", "B", "C", "last"], 2, 1), ["A+B", "B"]);
});
