import assert from "node:assert/strict";
import { test } from "node:test";
import { usageFailure } from "./usage-failure.ts";

test("the nearest name is part of what was found, and help is what to do", () => {
  const report = usageFailure({ message: "error: unknown option '--jsn'\n(Did you mean --json?)" }, "fediversity plan");
  assert.equal(report.found, "unknown option '--jsn'; did you mean --json?");
  assert.equal(report.next, "See `fediversity plan --help`.");
  const several = usageFailure(
    { message: "error: unknown command 'plen'\n(Did you mean one of plan, pen?)" },
    "fediversity",
  );
  assert.equal(several.found, "unknown command 'plen'; did you mean plan, pen?");
});

test("a message without a guess stays as it is", () => {
  const report = usageFailure({ message: "error: missing required argument 'secret'" }, "fediversity rotate");
  assert.equal(report.found, "missing required argument 'secret'");
});
