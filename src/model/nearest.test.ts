import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nearest } from "./nearest.ts";

const applications = ["hello", "cowsay", "mastodon", "peertube", "pixelfed", "snac"];

test("typos find what was meant", () => {
  assert.equal(nearest("mastadon", applications), "mastodon");
  assert.equal(nearest("Mastodon", applications), "mastodon");
  assert.equal(nearest("peretube", applications), "peertube");
  assert.equal(nearest("hallo", applications), "hello");
  assert.equal(nearest("snca", applications), "snac");
  assert.equal(nearest("pixel-fed", applications), "pixelfed");
});

test("what is not near has no nearest word", () => {
  assert.equal(nearest("wordpress", applications), undefined);
  assert.equal(nearest("x", applications), undefined);
  assert.equal(nearest("mail-transport-agent", ["kmailtransport-plugins"]), undefined);
  assert.equal(nearest("a", ["b"]), undefined);
  assert.equal(nearest("", applications), undefined);
  assert.equal(nearest("hello", []), undefined);
});

const word = fc.string({ unit: fc.constantFrom("a", "b", "c", "d", "-"), minLength: 1, maxLength: 12 });
const words = fc.array(word, { maxLength: 12 });

test("a word among the words is its own nearest", () => {
  fc.assert(
    fc.property(word, words, (wanted, others) => {
      assert.equal(nearest(wanted, [...others, wanted]), wanted);
    }),
  );
});

test("the order of the words does not matter", () => {
  fc.assert(
    fc.property(word, words, (wanted, others) => {
      assert.equal(nearest(wanted, others), nearest(wanted, others.toReversed()));
    }),
  );
});

test("one inserted, lost, replaced or swapped character is always near, in words of three and more", () => {
  const edits = fc.record({
    at: fc.nat(),
    edit: fc.constantFrom("insert", "lose", "replace", "swap"),
    character: fc.constantFrom("x", "y"),
  });
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 3, maxLength: 12 }),
      edits,
      (right, { at, edit, character }) => {
        const characters = [...right];
        const place = at % characters.length;
        if (edit === "insert") characters.splice(place, 0, character);
        else if (edit === "lose") characters.splice(place, 1);
        else if (edit === "replace") characters[place] = character;
        else characters.splice(place, 2, ...characters.slice(place, place + 2).toReversed());
        assert.equal(nearest(characters.join(""), [right, "zzzzzzzzzzzzzzzz"]), right);
      },
    ),
  );
});

test("the answer is one of the nearest, by the plain definition of the distance", () => {
  const distance = (a: string, b: string): number => {
    if (a === "" || b === "") return a.length + b.length;
    const last = a.at(-1) === b.at(-1) ? 0 : 1;
    const swap = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
    return Math.min(
      distance(a.slice(0, -1), b) + 1,
      distance(a, b.slice(0, -1)) + 1,
      distance(a.slice(0, -1), b.slice(0, -1)) + last,
      swap ? distance(a.slice(0, -2), b.slice(0, -2)) + 1 : Number.POSITIVE_INFINITY,
    );
  };
  const short = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(short, fc.array(short, { minLength: 1, maxLength: 4 }), (wanted, others) => {
      const near = others.filter((other) => {
        const longer = Math.max(wanted.length, other.length);
        const steps = distance(wanted, other);
        return steps <= Math.min(3, Math.max(1, Math.floor(longer / 3))) && steps < longer;
      });
      const found = nearest(wanted, others);
      if (near.length === 0) assert.equal(found, undefined);
      else assert.equal(distance(wanted, found ?? ""), Math.min(...near.map((other) => distance(wanted, other))));
    }),
  );
});
