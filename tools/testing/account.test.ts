import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { makeAccount } from "./account.ts";
import type { Account } from "./account.ts";

/** What an account writes, with its times made equal. */
function written(use: (account: Account) => void, terminal = false): string {
  const out = Object.assign(new PassThrough(), { isTTY: terminal, columns: 60 });
  use(makeAccount(out));
  return stripVTControlCharacters(String(out.read())).replaceAll(/ +\d+\.\d s/g, " TIME");
}

const good = { passed: 1, failed: 0, skipped: 0, output: "chatter\n" };

test("a pipe gets one line a step, and the output only of what failed", () => {
  const text = written((account) => {
    const types = account.begin("types");
    types.line("checking");
    types.end(good);
    account.begin("unit").end({ ...good, passed: 41, failed: 2, output: "first\nsecond\n" });
    const check = account.begin("check basic");
    check.line("booting");
    check.line("✓ again is a no-op (1.2 s)");
    check.end({ passed: 0, failed: 0, skipped: 1, note: "SKIPPED: not root", output: "chatter\n" });
  });
  assert.equal(
    text,
    [
      "types                ✔ TIME",
      "unit                 ✖ TIME   41 passed, 2 failed",
      "    first",
      "    second",
      "  check basic: ✓ again is a no-op (1.2 s)",
      "check basic          – TIME   0 passed, 1 skipped; SKIPPED: not root",
      "",
    ].join("\n"),
  );
});

test("a terminal sees what is under way, and never more than fits into its line", () => {
  const text = written((account) => {
    account.begin("check basic").line("x".repeat(200));
    account.abandon();
  }, true);
  const lines = text.split(/[\r\n]/);
  assert.ok(lines.some((line) => line.startsWith("check basic          …")));
  assert.ok(lines.every((line) => line.length < 60));
  assert.ok(text.endsWith("check basic          interrupted\n"));
});

test("steps that overlap are told of each by itself, and all of them are interrupted", () => {
  const text = written((account) => {
    const one = account.begin("check cli");
    const other = account.begin("check basic");
    one.line("✓ mail goes out (1.2 s)");
    other.line("✓ again is a no-op (1.2 s)");
    other.end(good);
    account.begin("check panel");
    account.abandon();
  });
  assert.deepEqual(text.trimEnd().split("\n"), [
    "  check cli: ✓ mail goes out (1.2 s)",
    "  check basic: ✓ again is a no-op (1.2 s)",
    "check basic          ✔ TIME",
    "check cli            interrupted",
    "check panel          interrupted",
  ]);
});
