import assert from "node:assert/strict";
import { test } from "node:test";
import { takeTurns } from "./rounds.ts";

const report = (): void => undefined;

test("contestants take turns in every round, and the warm-up does not count", async () => {
  const order: string[] = [];
  const contestant = (name: string) => ({
    name,
    prepare: () => {
      order.push(`prepare ${name}`);
      return Promise.resolve();
    },
    work: (round: number) => {
      order.push(`${name} ${String(round)}`);
      return Promise.resolve(round * 10);
    },
  });
  const taken = await takeTurns({ rounds: 2, contestants: [contestant("a"), contestant("b")], report });
  assert.deepEqual(
    order.filter((entry) => !entry.startsWith("prepare")),
    ["a 0", "b 0", "a 1", "b 1", "a 2", "b 2"],
  );
  assert.deepEqual(order.slice(0, 4), ["prepare a", "a 0", "prepare b", "b 0"]);
  assert.deepEqual(
    [...taken],
    [
      ["a", [10, 20]],
      ["b", [10, 20]],
    ],
  );
});

test("work that was not done ends the run and is not tried again", async () => {
  let tries = 0;
  const work = (): Promise<number> => {
    tries += 1;
    return Promise.reject(new Error("not done"));
  };
  await assert.rejects(takeTurns({ rounds: 3, contestants: [{ name: "a", work }], report }), /not done/);
  assert.equal(tries, 1);
});
