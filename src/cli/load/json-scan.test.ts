import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { positionIn, scanJson } from "./json-scan.ts";

function mistakeIn(text: string): string {
  const { mistake } = scanJson(text);
  if (mistake === undefined) return "none";
  const { line, column } = positionIn(text, mistake.offset);
  return `${String(line)}:${String(column)} ${mistake.found}`;
}

test("mistakes are named where they are", () => {
  const cases: readonly (readonly [string, string])[] = [
    ['{"a": 1,}', '1:8 there is a comma too much before "}"'],
    ["[1,\n ]", '1:3 there is a comma too much before "]"'],
    ['{"a" 1}', '1:6 expected ":", found something without quotes'],
    ['{\n  "a": tru\n}', "2:8 expected a value, found something without quotes"],
    ["", "1:1 expected a value, found the end of the file"],
    ['{"a": 1', '1:8 expected "," or "}", found the end of the file'],
    ['{"a": 1 "b": 2}', '1:9 expected "," or "}", found "\\""'],
    ["{'a': 1}", '1:2 expected a name in double quotes, found "\'"'],
    ['{"a": "x\n"}', "1:7 this text has no closing quote on its line, or a wrong escape"],
    ['{"a": 1} x', "1:10 expected the end of the file, found something without quotes"],
    ['{"a": 1, "a": 2}', '1:10 "a" is there twice'],
    ['{"a": 01}', "1:7 expected a value, found something without quotes"],
    ["// x\n{}", '1:1 expected a value, found "/"'],
  ];
  for (const [text, expected] of cases) assert.equal(mistakeIn(text), expected, text);
});

test("members and items have places", () => {
  const text = '{\n  "a": { "b c": [1, {"d": 2}] }\n}';
  const { offsets } = scanJson(text);
  const places = Object.fromEntries([...offsets].map(([path, offset]) => [path, positionIn(text, offset)]));
  assert.deepEqual(places, {
    a: { line: 2, column: 3 },
    'a["b c"]': { line: 2, column: 10 },
    'a["b c"][0]': { line: 2, column: 18 },
    'a["b c"][1]': { line: 2, column: 21 },
    'a["b c"][1].d': { line: 2, column: 22 },
  });
});

test("what JSON.stringify writes is accepted", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
      assert.equal(scanJson(JSON.stringify(value, undefined, indent)).mistake, undefined);
    }),
  );
});

test("nothing is accepted that JSON.parse refuses, and only twins are refused that it accepts", () => {
  const piece = fc.constantFrom(...'{ } [ ] : , " \\ 1 - . e + 0 t true null "a" "b" \\u0041 \n / \' é'.split(" "));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const { mistake } = scanJson(text);
      let parsed = true;
      try {
        JSON.parse(text);
      } catch {
        parsed = false;
      }
      if (mistake === undefined) assert.ok(parsed, text);
      else assert.ok(!parsed || mistake.found.endsWith("is there twice"), `${text}: ${mistake.found}`);
    }),
    { numRuns: 3000 },
  );
});
