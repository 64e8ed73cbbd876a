import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureReport } from "../model/failure.ts";
import { exitCodes, exitOf } from "./exit-code.ts";

function report(code: string, ...inner: readonly string[]): FailureReport {
  const failures = inner.map((one) => report(one));
  return { code, attempted: "try", found: "it failed", next: "mend it", ...(inner.length === 0 ? {} : { failures }) };
}

test("every exit has a number of its own", () => {
  const numbers = Object.values(exitCodes).map(({ code }) => code);
  assert.deepEqual(new Set(numbers).size, numbers.length);
});

test("a failure decides by its code, and otherwise by where it happened", () => {
  assert.equal(exitOf(report("lease-held"), "failed"), "held");
  assert.equal(exitOf(report("interrupted"), "failed"), "interrupted");
  assert.equal(exitOf(report("target-unknown"), "failed"), "usage");
  assert.equal(exitOf(report("configuration-invalid"), "refused"), "refused");
  assert.equal(exitOf(report("machine-unreachable"), "failed"), "failed");
});

test("of several components that failed, the one that needs a person counts most", () => {
  assert.equal(exitOf(report("components-failed", "machine-unreachable", "rolled-back"), "failed"), "rolledBack");
  assert.equal(exitOf(report("components-failed", "rolled-back", "rollback-failed"), "failed"), "attention");
  assert.equal(exitOf(report("components-failed", "locked", "locked"), "failed"), "held");
  assert.equal(exitOf(report("components-failed", "locked", "machine-unreachable"), "failed"), "failed");
});
