import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { redactor } from "./redactor.ts";

const letter = fc.constantFrom("a", "b", "\n", " ", "é", "\u{1f600}", '"', "\\", "$", "[", "(", ".");

test("values are taken out of texts, also as they look in JSON, in addresses and in base64", () => {
  const { hide, text } = redactor();
  hide("db/password", 'pa"ss wörd$1');
  assert.equal(text('it said pa"ss wörd$1!'), "it said [secret db/password]!");
  assert.equal(text(JSON.stringify({ a: 'pa"ss wörd$1' })), '{"a":"[secret db/password]"}');
  assert.equal(text(`postgres://u:${encodeURIComponent('pa"ss wörd$1')}@h`), "postgres://u:[secret db/password]@h");
  assert.equal(text(Buffer.from('pa"ss wörd$1').toString("base64")), "[secret db/password]");
});

test("of two values of which one holds the other, the longer is taken out whole", () => {
  const { hide, text } = redactor();
  hide("short", "secret");
  hide("long", "secret-and-more");
  assert.equal(text("secret-and-more, secret"), "[secret long], [secret short]");
});

test("lines of a value of several lines are taken out one by one", () => {
  const { hide, text } = redactor();
  hide("key", "-----BEGIN KEY-----\nAAAABBBBCCCCDDDD\nEEEE\n");
  assert.equal(text("line AAAABBBBCCCCDDDD"), "line [secret key]");
  assert.equal(text("EEEE"), "EEEE");
});

test("very short values are left alone", () => {
  const { hide, text } = redactor();
  hide("short", "abc");
  assert.equal(text("abc"), "abc");
});

test("events and reports are cleaned everywhere but in the names that scripts rely on", () => {
  const { hide, event, report } = redactor();
  hide("password", "hello");
  const progress = {
    event: "component-progress",
    component: "machine/hello",
    phase: "hello",
    text: "say hello",
  } as const;
  assert.deepEqual(event(progress), { ...progress, phase: "[secret password]", text: "say [secret password]" });
  const failed = { code: "hello", attempted: "hello", found: "hello", next: "hello", details: ["oh hello"] };
  const clean = "[secret password]";
  const expected = { code: "hello", attempted: clean, found: clean, next: clean, details: [`oh ${clean}`] };
  assert.deepEqual(report({ ...failed, failures: [failed] }), { ...expected, failures: [expected] });
});

test("no value of four characters or more gets through", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4, unit: letter }),
      fc.string({ unit: letter }),
      fc.string({ unit: letter }),
      (value, before, after) => {
        fc.pre(value.trim().length >= 4);
        const { hide, text } = redactor();
        hide("x", value);
        const rest = text(before + value + after).split("[secret x]");
        assert.ok(rest.length > 1 && rest.every((part) => !part.includes(value.trim())));
      },
    ),
  );
});
