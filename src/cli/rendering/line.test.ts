import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { displayWidth, graphemes } from "./display-width.ts";
import { as, fit, line, pad, plain, printable } from "./line.ts";

test("text takes as many columns as a terminal gives it", () => {
  const cases: readonly (readonly [string, number])[] = [
    ["plain", 5],
    ["é", 1],
    ["e\u0301", 1],
    ["日本", 4],
    ["한", 2],
    ["👩‍👩‍👧", 2],
    ["❤️", 2],
    ["│├ ✓", 4],
    ["⠋", 1],
    ["ｱ", 1],
    ["ａ", 2],
  ];
  for (const [text, width] of cases) assert.equal(displayWidth(text), width, text);
});

test("a line is cut to its width, by whole characters, and says that something is missing", () => {
  const shown = line("├ ", as("good", "日本語"), " done");
  assert.equal(plain(fit(shown, 20)), "├ 日本語 done");
  assert.equal(plain(fit(shown, 8)), "├ 日本…");
  assert.equal(plain(fit(shown, 7)), "├ 日本…");
  assert.deepEqual(fit(shown, 5), [{ text: "├ " }, { text: "日…", look: "good" }]);
  assert.equal(plain(fit(shown, 1)), "…");
  assert.equal(plain(fit(shown, 0)), "");
});

test("no line becomes wider than asked", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.nat(40), (words, width) => {
      assert.ok(displayWidth(plain(fit(line(...words), width))) <= width);
    }),
  );
});

test("what comes from outside cannot move the cursor or change colours", () => {
  assert.equal(printable("a\u001B[2Jb\u001B]0;title\u0007c\nd\te\u0007"), "abc d e\uFFFD");
  assert.equal(printable("\u202Eevil"), "\uFFFDevil");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}]/u);
    }),
  );
});

test("padding counts columns", () => {
  assert.equal(pad("日", 4), "日  ");
  assert.equal(pad("long", 2), "long");
  assert.equal(graphemes("e\u0301x").length, 2);
});
