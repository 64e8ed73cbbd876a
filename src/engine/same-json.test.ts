import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonicalJson } from "../model/json.ts";
import { sameJson } from "./same-json.ts";

test("documents are compared by what they say", () => {
  assert.ok(sameJson({ a: 1, b: [2] }, { b: [2], a: 1 }));
  assert.ok(sameJson({ a: 1, b: undefined }, { a: 1 }));
  assert.ok(sameJson({ a: 1 }, { a: 1, b: undefined }));
  assert.ok(!sameJson({ a: [1, 2] }, { a: [2, 1] }));
  assert.ok(!sameJson({ a: [1] }, { a: { 0: 1 } }));
  assert.ok(!sameJson(undefined, {}));
  assert.ok(!sameJson(null, {}));
});

test("two documents are the same exactly when their canonical texts are", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (a, b) => {
      assert.equal(sameJson(a, b), canonicalJson(a) === canonicalJson(b));
      assert.ok(sameJson(a, JSON.parse(canonicalJson(a))));
    }),
  );
});
