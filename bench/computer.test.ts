import assert from "node:assert/strict";
import { test } from "node:test";
import { busyBetween, loadWarning } from "./computer.ts";
import { parentIn, proportionalIn } from "./memory.ts";

test("processors that idle or wait for a disk are not at work", () => {
  const before = "cpu  100 0 100 1000 50 0 0 0 0 0\ncpu0 1 2 3\n";
  assert.equal(busyBetween(before, "cpu  130 0 120 1040 60 0 0 0 0 0\n"), 0.5);
  assert.equal(busyBetween(before, before), 0);
});

test("a busy computer is warned of, an idle one is not", () => {
  assert.equal(loadWarning({ average: 0.2, busy: 0.02 }, 2), undefined);
  assert.match(loadWarning({ average: 0.2, busy: 0.6 }, 2) ?? "", /busy.*60 %/);
  assert.match(loadWarning({ average: 1.5, busy: 0.02 }, 2) ?? "", /load average 1\.5/);
});

test("the parent of a process is found whatever its name is", () => {
  assert.equal(parentIn("123 (a) b (c) S 45 123 123 0 -1"), 45);
  assert.equal(parentIn(""), 0);
});

test("memory that is shared counts by its part", () => {
  assert.equal(proportionalIn("Rss:   900 kB\nPss:   300 kB\nPss_Dirty:  20 kB\n"), 300 * 1024);
  assert.equal(proportionalIn(""), 0);
});
