import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { accept, parse } from "./parse.ts";
import { output, referencesIn, secret, substitute } from "./reference.ts";
import { isSettled, once, settled } from "./settled.ts";

test("what is settled cannot be changed, and neither can anything in it", () => {
  const value = settled({ list: [{ a: 1 }] });
  assert.throws(() => {
    (value.list[0] as { a: number }).a = 2;
  }, TypeError);
  assert.deepEqual([isSettled(value), isSettled(value.list), isSettled({})], [true, true, false]);
});

test("something is found out once about what is settled, and each time about what may change", () => {
  let asked = 0;
  const size = once((value: object) => {
    asked += 1;
    return Object.keys(value).length;
  });
  const [fixed, open] = [settled({ a: 1 }), { a: 1, b: 2 }];
  assert.deepEqual([size(fixed), size(fixed), size(open), size(open), asked], [1, 1, 2, 2, 3]);
});

test("a settled value is read once by each schema, and is refused by it each time", () => {
  const value = settled({ a: "x" });
  const withDefault = z.strictObject({ a: z.string(), b: z.int().default(1) });
  const first = parse(withDefault, value).data;
  assert.deepEqual(first, { a: "x", b: 1 });
  assert.equal(parse(withDefault, value).data, first);
  assert.ok(isSettled(first));
  const other = z.strictObject({ a: z.int() });
  for (const _ of [1, 2]) assert.equal(parse(other, value).success, false);
});

test("what was accepted for one schema is checked by every other", () => {
  const schema = z.strictObject({ a: z.string() });
  const value = accept(schema, { a: "x" });
  assert.equal(parse(z.strictObject({ of: schema }), { of: value }).data?.of, value);
  assert.equal(parse(z.strictObject({ a: z.int() }), value).success, false);
});

test("references in a settled value are found and replaced as in any other, and the value stays", () => {
  const value = settled({ a: [secret("x")], b: { c: output("machine/a", "address") } });
  assert.deepEqual(referencesIn({ value }), [secret("x"), output("machine/a", "address")]);
  const replaced = substitute(value, (reference) => ("$output" in reference ? "192.0.2.1" : undefined));
  assert.deepEqual(replaced, { a: [secret("x")], b: { c: "192.0.2.1" } });
  assert.deepEqual(value.b.c, output("machine/a", "address"));
  assert.equal(
    substitute(value, () => undefined),
    value,
  );
});
