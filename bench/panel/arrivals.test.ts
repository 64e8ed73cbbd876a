import assert from "node:assert/strict";
import { test } from "node:test";
import { arrivals, randomFrom } from "./arrivals.ts";

void test("people come as often as they should, in order, in bursts, and the same in every run", () => {
  const come = () => arrivals({ perSecond: 50, seconds: 200, random: randomFrom(7) });
  const times = come();
  assert.deepEqual(come(), times);
  assert.ok(Math.abs(times.length - 10_000) < 400, `${String(times.length)} came`);
  assert.deepEqual(
    times.toSorted((a, b) => a - b),
    times,
  );
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  // Of independent gaps, 1 − e⁻¹ are shorter than the mean.
  const short = gaps.filter((gap) => gap < 20).length / gaps.length;
  assert.ok(Math.abs(short - 0.632) < 0.02, `${String(short)} of the gaps are short`);
});

void test("nobody comes after the end", () => {
  assert.deepEqual(arrivals({ perSecond: 50, seconds: 0, random: randomFrom(1) }), []);
  assert.ok((arrivals({ perSecond: 50, seconds: 3, random: randomFrom(1) }).at(-1) ?? 0) < 3000);
});
