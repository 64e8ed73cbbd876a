import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, count, duration } from "./quantity.ts";

test("durations", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0.0 s"],
    [-5, "0.0 s"],
    [440, "0.4 s"],
    [9940, "9.9 s"],
    [9960, "10 s"],
    [59_400, "59 s"],
    [59_600, "1 min 00 s"],
    [125_000, "2 min 05 s"],
    [3_780_000, "1 h 03 min"],
    [7_199_000, "2 h 00 min"],
  ];
  for (const [milliseconds, text] of cases) assert.equal(duration(milliseconds), text);
});

test("amounts", () => {
  assert.deepEqual([0, 1023, 1024, 1_572_864, 1024 ** 3].map(bytes), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 MiB",
    "1.0 GiB",
  ]);
  assert.equal(bytes(1024 ** 2 - 1), "1.0 MiB");
  assert.deepEqual([count(1, "check"), count(0, "check"), count(2, "check")], ["1 check", "0 checks", "2 checks"]);
});
