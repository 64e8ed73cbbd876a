import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCheckCommand } from "./run-checks.ts";

test("the command line of checks is read", () => {
  assert.deepEqual(parseCheckCommand(["basic", "--interactive", "--out", "/logs"]), {
    names: ["basic"],
    interactive: true,
    keepFailed: false,
    clear: false,
    list: false,
    help: false,
    cache: undefined,
    out: "/logs",
  });
  assert.throws(() => parseCheckCommand(["--nothing"]), /--nothing/);
});
