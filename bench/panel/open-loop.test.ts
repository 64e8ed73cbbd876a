import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { openLoop } from "./open-loop.ts";

const { signal } = new AbortController();

void test("what comes while others are at work waits for nobody, and its waiting counts", async () => {
  let queue = Promise.resolve();
  // One after the other, 30 ms each, although they come every 10 ms.
  const taken = await openLoop([0, 10, 20, 30], () => (queue = queue.then(() => setTimeout(30))), signal);
  assert.equal(taken.length, 4);
  for (const [index, duration] of taken.entries())
    assert.ok(duration >= 30 + 20 * index - 2, `${String(index)} took ${String(duration)} ms`);
});

void test("one that fails fails all, after the others have ended", async () => {
  let ended = 0;
  const work = async (index: number): Promise<void> => {
    if (index === 0) throw new Error("refused");
    await setTimeout(20);
    ended += 1;
  };
  await assert.rejects(openLoop([0, 1, 2], work, signal), /refused/);
  assert.equal(ended, 2);
});
