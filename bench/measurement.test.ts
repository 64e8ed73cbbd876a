import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMet } from "./budget.ts";
import { rowOf, type Measurement } from "./measurement.ts";
import { median, percentile } from "./samples.ts";
import { quantity } from "./unit.ts";

const noOp: Measurement = {
  name: "no-op",
  against: "a peer",
  unit: "ms",
  ours: [300, 100, 200],
  peer: [4000, 1000],
  budget: { kind: "times-less", least: 8 },
};

test("a row has medians, the peer's by ours, the budget in words and whether it is met", () => {
  assert.deepEqual(rowOf(noOp), {
    name: "no-op, against a peer",
    unit: "ms",
    ours: 200,
    peer: 2500,
    ratio: 12.5,
    budget: "ratio ≥ 8",
    met: true,
  });
});

test("without its peer a row says why, and a budget that needs the peer is neither met nor missed", () => {
  const alone = rowOf({ ...noOp, peer: undefined, skipped: "it is not installed" });
  assert.equal(alone.name, "no-op, against a peer (not measured: it is not installed)");
  assert.deepEqual([alone.peer, alone.ratio, alone.met], [null, null, null]);
});

test("budgets are met up to their very edge and not beyond", () => {
  const atMost = { kind: "at-most", most: 150 } as const;
  assert.equal(isMet(atMost, 150, undefined), true);
  assert.equal(isMet(atMost, 150.1, undefined), false);
  const times = { kind: "times-less", least: 8 } as const;
  assert.equal(isMet(times, 1, 8), true);
  assert.equal(isMet(times, 1, 7.9), false);
  const beside = { kind: "at-most-times-peer", factor: 1.5, plus: { amount: 100, what: "start" } } as const;
  assert.equal(isMet(beside, 400, 200), true);
  assert.equal(isMet(beside, 401, 200), false);
  assert.equal(isMet(beside, 1, undefined), undefined);
});

test("a median lies between the least and the greatest, whatever the order", () => {
  const samples = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(samples, (values) => {
      const middle = median(values);
      assert.ok(middle >= Math.min(...values) && middle <= Math.max(...values));
      assert.equal(median(values.toReversed()), middle);
    }),
  );
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test("a percentile is the sample that so many are not above", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.deepEqual(
    [50, 95, 99, 100].map((one) => percentile(hundred, one)),
    [50, 95, 99, 100],
  );
  assert.deepEqual([percentile([7], 95), percentile([1, 2, 3], 95), percentile([], 95)], [7, 3, 0]);
});

test("quantities are shown with the digits that mean something", () => {
  assert.deepEqual(
    [quantity(0.1234, "ms"), quantity(99.94, "ms"), quantity(1530, "ms"), quantity(1234, "B"), quantity(2.5e6, "B")],
    ["0.12 ms", "99.9 ms", "1.53 s", "1.23 kB", "2.50 MB"],
  );
});
