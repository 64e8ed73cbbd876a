import assert from "node:assert/strict";
import { test } from "node:test";
import { textDifference } from "./text-difference.ts";

const lines = (count: number, word: string): string =>
  Array.from({ length: count }, (_, at) => `${word} ${String(at)}\n`).join("");

test("equal texts have no difference", () => {
  assert.deepEqual(textDifference("a\n", "a\n"), []);
  assert.deepEqual(textDifference("", ""), []);
});

test("changed lines are shown with two lines around them", () => {
  const before = lines(20, "line");
  assert.deepEqual(textDifference(before, before.replace("line 9\n", "line nine\n")), [
    " line 7",
    " line 8",
    "-line 9",
    "+line nine",
    " line 10",
    " line 11",
  ]);
});

test("a missing line break at the end is no line of its own", () => {
  assert.deepEqual(textDifference("a\nb", "a\nc"), [" a", "-b", "+c"]);
});

test("a long difference is cut, and says so", () => {
  const shown = textDifference("", lines(100, "line"));
  assert.equal(shown.length, 61);
  assert.equal(shown.at(-1), "… and 40 more lines");
});
