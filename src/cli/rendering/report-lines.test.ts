import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reading } from "../../engine/provider.ts";
import type { Look } from "../../engine/verbs/look.ts";
import { renderFailure, type FailureReport } from "../../model/failure.ts";
import { doctorLines } from "./doctor-lines.ts";
import { failureLines } from "./failure-lines.ts";
import { generationsLines } from "./generations-lines.ts";
import { plain } from "./line.ts";
import { isWell, statusLines } from "./status-lines.ts";

const failure: FailureReport = {
  code: "components-failed",
  attempted: "apply example.org",
  subject: "example.org",
  found: "1 component failed",
  next: "Run it again.",
  failures: [
    {
      code: "rolled-back",
      attempted: "activate",
      found: "it is unhealthy",
      next: "Look.",
      details: ["a line", "another"],
    },
  ],
};

test("a failure reads as the model renders it", () => {
  assert.equal(failureLines(failure).map(plain).join("\n"), renderFailure(failure));
});

const well: Look<Reading> = {
  component: "machine/a",
  type: "machine",
  result: { exists: true, drift: [], health: [{ name: "greets", healthy: true, text: "Hello" }], generation: 3 },
};
const ill: Look<Reading> = {
  component: "machine/b",
  type: "machine",
  result: {
    exists: true,
    drift: ["file /etc/motd was edited by hand"],
    health: [
      { name: "greets", healthy: false, text: "no answer" },
      { name: "other", healthy: true, text: "" },
    ],
    generation: 1,
  },
};

test("status shows health and drift of every component", () => {
  const found: readonly Look<Reading>[] = [
    well,
    ill,
    { component: "machine/c", type: "machine", result: { exists: false } },
    {
      component: "machine/d",
      type: "machine",
      failure: { ...failure, found: "no answer", code: "machine-unreachable" },
    },
    { component: "local-machine/a", type: "local-machine", result: { exists: true, drift: [], health: [] } },
  ];
  assert.deepEqual(statusLines("example.org", found).map(plain), [
    "example.org",
    "✓ machine/a: generation 3, healthy",
    "    ✓ greets: Hello",
    "✗ machine/b: generation 1, 1 of 2 checks failing, 1 thing changed from outside",
    "    drift: file /etc/motd was edited by hand",
    "    ✗ greets: no answer",
    "    ✓ other",
    "✗ machine/c: it is not there",
    "✗ machine/d: no answer [machine-unreachable]",
    "    next: Run it again.",
    "✓ local-machine/a: it is there",
  ]);
  assert.deepEqual(found.map(isWell), [true, false, false, false, true]);
  assert.deepEqual(statusLines("example.org", []).map(plain), ["example.org: nothing is deployed."]);
});

test("generations show which one is current and what became of the others", () => {
  const activatedAt = "2026-01-01T00:00:00Z";
  const result = [
    { number: 1, id: "0123456789abcdef", activatedAt, verdict: "confirmed", current: true },
    { number: 2, id: "fedcba9876543210", activatedAt, verdict: "rolled-back", current: false },
  ] as const;
  const found = generationsLines("example.org", [{ component: "machine/a", type: "machine", result }]);
  assert.deepEqual(found.map(plain), [
    "machine/a",
    "  →    1  0123456789ab  2026-01-01T00:00:00Z  confirmed",
    "       2  fedcba987654  2026-01-01T00:00:00Z  rolled back",
  ]);
});

test("doctor says what to do about what is in the way", () => {
  const examinations = [
    { name: "ssh", ok: true, text: "answers" },
    { name: "space", ok: false, text: "10 MiB free", next: "Free some." },
  ];
  assert.deepEqual(doctorLines([{ examinations: [] }, { component: "machine/a", examinations }]).map(plain), [
    "machine/a",
    "  ✓ ssh: answers",
    "  ✗ space: 10 MiB free",
    "      next: Free some.",
    "1 thing to mend.",
  ]);
  assert.deepEqual(doctorLines([]).map(plain), ["Nothing stands in the way."]);
});
