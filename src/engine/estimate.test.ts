import assert from "node:assert/strict";
import { test } from "node:test";
import { estimate } from "./estimate.ts";

test("the estimate is the median of what it took before", () => {
  const durations = { "thing/a": { create: [900, 10, 30], update: [10, 40, 20, 1000] } };
  assert.equal(estimate(durations, "thing/a", "create"), 30);
  assert.equal(estimate(durations, "thing/a", "update"), 30);
  assert.equal(estimate(durations, "thing/a", "delete"), undefined);
  assert.equal(estimate(durations, "thing/b", "create"), undefined);
});
