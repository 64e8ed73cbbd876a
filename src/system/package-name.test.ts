import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isPackageName } from "./package-name.ts";

test("names of real packages are names", () => {
  for (const name of ["hello", "g++", "libstdc++6", "0ad", "python3.13-venv", "a2ps", "7zip", "libc6"]) {
    assert.ok(isPackageName(name), name);
  }
});

test("what is no name is refused", () => {
  for (const text of [
    "",
    "a",
    "Hello",
    "-y",
    "+a",
    ".a",
    "a b",
    "a\n",
    "hello\n",
    "a_b",
    "a/trixie",
    "a=1",
    "a:i386",
    "ä1",
    "a*",
  ]) {
    assert.ok(!isPackageName(text), JSON.stringify(text));
  }
});

test("a name never holds anything that a shell, apt or a line of a file would read as more than a name", () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.oneof(
          fc.constantFrom("a", "0", "-", "+", "."),
          fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 1 }),
        ),
        maxLength: 6,
      }),
      (text) => {
        if (!isPackageName(text)) return;
        assert.ok(!text.startsWith("-"));
        assert.doesNotMatch(text, /[\s/=:*?^$'"\\;&|<>(){}[\]~!#,]/);
      },
    ),
  );
});
