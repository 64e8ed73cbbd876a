import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import {
  binding,
  isReference,
  isSecret,
  isTemplate,
  join,
  output,
  PlainText,
  referable,
  type Reference,
  referencesIn,
  secret,
  SecretText,
  substitute,
  type Text,
  text,
} from "./reference.ts";

const reference = fc.oneof(
  fc.stringMatching(/^[a-z]{1,3}$/).map((name) => secret(name)),
  fc.stringMatching(/^[a-z]{1,3}$/).map((path) => output("machine/a", path)),
  fc.stringMatching(/^[a-z]{1,3}$/).map((path) => binding("a/b", path)),
);
const part: fc.Arbitrary<Text> = fc.oneof(fc.string(), reference);
const anyText: fc.Arbitrary<Text> = fc.array(part, { maxLength: 6 }).map(join);

/** What a text reads when every reference is replaced by a name of its own. */
function read(value: Text): unknown {
  return substitute(value, (found) => `<${JSON.stringify(found)}>`);
}

test("the template gives a plain string, or the literals and references in order", () => {
  const user = binding("app/db", "user");
  const password = secret("app/password");
  assert.equal(text``, "");
  assert.equal(text`a${1}b${"c"}`, "a1bc");
  assert.deepEqual(text`${user}`, { $text: [user] });
  assert.deepEqual(text`postgres://${user}:${password}@${"host"}:${5432}/`, {
    $text: ["postgres://", user, ":", password, "@host:5432/"],
  });
  assert.deepEqual(text`[${text`(${user}${""})`}]`, { $text: ["[(", user, ")]"] });
});

test("joining is associative, has the empty text as its neutral element and flattens", () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, (a, b, c) => {
      assert.deepEqual(join([join([a, b]), c]), join([a, join([b, c])]));
      assert.deepEqual(join([a, b, c]), join([join([a, b]), c]));
      assert.deepEqual(join(["", a]), a);
      assert.deepEqual(join([a, ""]), a);
      assert.deepEqual(text`${a}${b}`, join([a, b]));
    }),
  );
});

test("a joined text has no empty and no neighbouring literals, and no template without a reference", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const joined = join(parts);
      if (typeof joined === "string") return assert.equal(joined, parts.join(""));
      assert.ok(isTemplate(joined));
      const kinds = joined.$text.map((one) => (typeof one === "string" ? "l" : "r")).join("");
      assert.match(kinds, /^l?(?:rl?)+$/);
      assert.ok(!joined.$text.includes(""));
    }),
  );
});

test("substituting and joining commute, and what is replaced by itself stays", () => {
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), anyText, (parts, other) => {
      assert.deepEqual(read(join(parts)), parts.map(read).join(""));
      assert.deepEqual(
        substitute(join(parts), () => undefined),
        join(parts),
      );
      assert.deepEqual(
        substitute(join(parts), () => other),
        join(parts.map((one) => (typeof one === "string" ? one : other))),
      );
      const value = { list: parts, deep: { text: join(parts), number: 1, nothing: null, flag: true } };
      assert.deepEqual(
        substitute(value, () => undefined),
        value,
      );
    }),
  );
});

test("no reference in a value is missed, and one secret makes a value secret", () => {
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const references = parts.filter((one): one is Reference => typeof one !== "string");
      const value = { a: join(parts.slice(0, 2)), b: [{ c: join(parts.slice(2)) }] };
      assert.deepEqual(referencesIn(value), references);
      assert.equal(
        isSecret(value),
        references.some((one) => "$secret" in one),
      );
      assert.deepEqual(referencesIn(substitute(value, () => "x")), []);
    }),
  );
});

test("a number becomes text inside a text, and a list cannot", () => {
  assert.equal(
    substitute(text`${output("a/b", "port")}`, () => 5432),
    "5432",
  );
  assert.equal(
    substitute(output("a/b", "port"), () => 5432),
    5432,
  );
  for (const value of [["a"], {}, null]) {
    assert.throws(() => substitute(text`x${output("a/b", "list")}`, () => value), { code: "text-invalid" });
  }
});

test("a reference is not silently taken for text", () => {
  for (const one of [secret("a"), output("a/b", "c"), binding("a/b", "c")]) {
    assert.throws(() => String(one), /combine it by the template text`…`/);
    assert.equal(JSON.stringify(JSON.parse(JSON.stringify(one))), JSON.stringify(one));
  }
  for (const wrong of [{}, null, undefined, ["a"], { $text: [1] }, true]) {
    assert.throws(() => join([wrong as never]), TypeError);
  }
});

test("what is a reference and a template, and what only looks like one", () => {
  for (const one of [{ $secret: "a" }, { $output: "a/b", path: "c" }, { $binding: "a/b", path: "c" }]) {
    assert.ok(isReference(one) && !isTemplate(one));
  }
  for (const one of [
    "$secret",
    null,
    [],
    {},
    { $secret: 1 },
    { $output: "a/b" },
    { $text: ["a"] },
    [{ $secret: "a" }],
  ]) {
    assert.ok(!isReference(one));
  }
  assert.ok(isTemplate({ $text: ["a", { $secret: "a" }] }));
  for (const one of [{ $text: "a" }, { $text: [1] }, { $text: [{}] }, [], null]) assert.ok(!isTemplate(one));
});

test("plain text takes no secrets, secret text takes them, and both take nothing that is no text", () => {
  const taken = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;
  for (const value of ["", "a", output("a/b", "c"), text`a${binding("a/b", "c")}`]) {
    assert.ok(taken(PlainText, value) && taken(SecretText, value));
  }
  for (const value of [secret("a"), text`a${secret("a")}`])
    assert.ok(!taken(PlainText, value) && taken(SecretText, value));
  for (const value of [1, null, undefined, [], {}, true, { $text: [1] }]) {
    assert.ok(!taken(PlainText, value) && !taken(SecretText, value));
  }
});

test("a referable value is a reference or fits its schema, whose words and places it keeps", () => {
  const schema = z.object({ ports: referable(z.array(z.int()).min(1)) });
  assert.deepEqual(schema.parse({ ports: output("a/b", "ports") }), { ports: output("a/b", "ports") });
  assert.deepEqual(schema.parse({ ports: [1] }), { ports: [1] });
  assert.deepEqual(
    schema.safeParse({ ports: [1, "2"] }).error?.issues.map(({ path, message }) => ({ path, message })),
    [{ path: ["ports", 1], message: "expected a number, found text" }],
  );
  assert.deepEqual(referable(z.int().default(3)).parse(undefined), 3);
});
