import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { parse } from "./parse.ts";
import { PlainText, referable, SecretText } from "./reference.ts";

interface Tree {
  readonly value: number;
  readonly more?: Tree[] | undefined;
}
const tree: z.ZodType<Tree> = z.object({
  value: z.int(),
  get more() {
    return z.array(tree).optional();
  },
});

/** One of each kind that modules use, and some that only the schema itself can read. */
const schemas: Readonly<Record<string, z.ZodType>> = {
  text: z.string(),
  "text by pattern": z.string().regex(/^[a-c]*$/),
  "text by a global pattern": z.string().regex(/[a-c]/g),
  "text by length": z.string().min(1).max(2),
  "text that is trimmed": z.string().trim(),
  "text that is coerced": z.coerce.string(),
  number: z.number().min(0).max(9),
  "whole number": z.int().min(1).max(9),
  switch: z.boolean().default(false),
  word: z.enum(["a", "b"]),
  literal: z.literal(["a", 1]),
  list: z.array(z.string()).min(1).max(3),
  record: z.record(z.string().regex(/^[a-c]+$/), z.int()),
  "record of words": z.record(z.enum(["a", "b"]), z.string()),
  "open object": z.object({ a: z.string(), b: z.int().optional() }),
  "strict object": z.strictObject({ a: z.string().default("x"), b: z.int().optional(), c: z.unknown() }),
  "object with a catchall": z.object({ a: z.string().optional() }).catchall(z.int()),
  "object with a check": z
    .strictObject({ a: z.string().optional(), b: z.int().optional() })
    .refine(({ a, b }) => a === undefined || b === undefined),
  nested: z.strictObject({
    a: z.strictObject({ b: z.int().default(1) }).prefault({}),
    b: z.array(z.int()).default([]),
  }),
  union: z.string().regex(/^a/).or(z.string().trim().max(1)).or(z.int()),
  "union of objects": z.object({ a: z.int() }).or(z.object({ b: z.string() })),
  "discriminated union": z.discriminatedUnion("a", [
    z.strictObject({ a: z.literal("a"), b: z.int().default(1) }),
    z.strictObject({ a: z.literal("b"), c: z.string().optional() }),
  ]),
  nullable: z.object({ a: z.string().nullable() }),
  "optional with a default": z.object({ a: z.string().default("a").optional() }),
  custom: z.object({ a: PlainText, b: SecretText.optional() }),
  referable: z.object({ a: referable(z.int()) }),
  "that has itself as a member": tree,
};

const leaf = fc.oneof(
  ...[fc.constantFrom("", "a", "b", "abc", " a ", "🦣"), fc.integer({ min: -1, max: 10 }), fc.double()],
  fc.constantFrom(true, null, undefined, { $secret: "a/b" }, { $text: ["a", { $secret: "a/b" }] }),
);
const key = fc.constantFrom("a", "b", "c", "more", "value", "__proto__", "constructor");
const { value: given } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

for (const [name, schema] of Object.entries(schemas)) {
  test(`parsing gives what the schema gives: ${name}`, () => {
    fc.assert(
      fc.property(given, (value) => {
        const expected = schema.safeParse(value);
        const found = parse(schema, value);
        assert.deepEqual(
          found.success ? found.data : found.error.issues,
          expected.success ? expected.data : expected.error.issues,
        );
        assert.equal(found.success, expected.success);
      }),
      { numRuns: 400 },
    );
  });
}

test("what comes out is not what went in: changing the one leaves the other", () => {
  const schema = z.strictObject({
    list: z.array(z.string()),
    record: z.record(z.string(), z.strictObject({ a: z.int() })),
  });
  const value = { list: ["a"], record: { a: { a: 1 } } };
  const { data } = parse(schema, value);
  value.list.push("b");
  value.record.a.a = 2;
  assert.deepEqual(data, { list: ["a"], record: { a: { a: 1 } } });
});
