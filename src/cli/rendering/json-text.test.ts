import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonText } from "./json-text.ts";

test("every parser reads the same value, and a terminal nothing but text", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      const whole = JSON.parse(JSON.stringify({ value, text })) as unknown;
      assert.deepEqual(JSON.parse(jsonText(whole)), whole);
      assert.deepEqual(JSON.parse(jsonText(whole, 2)), whole);
      assert.doesNotMatch(jsonText(whole), /[\p{Cc}\u202E]/u);
    }),
  );
  assert.equal(jsonText({ b: "\u009B2J", a: 1 }), '{"b":"\\u009b2J","a":1}');
  assert.equal(jsonText({ b: 2, a: 1 }, 2), '{\n  "b": 2,\n  "a": 1\n}');
});
