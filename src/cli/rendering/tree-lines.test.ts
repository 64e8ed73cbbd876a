import assert from "node:assert/strict";
import { test } from "node:test";
import type { EngineEvent, StampedEvent } from "../../engine/event.ts";
import { eventLines } from "./event-lines.ts";
import { fit, plain } from "./line.ts";
import { emptyRunView, watch, type RunView } from "./run-view.ts";
import { treeLines } from "./tree-lines.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");

/** Events that come 100 milliseconds after one another. */
function stamped(events: readonly EngineEvent[]): readonly StampedEvent[] {
  return events.map((event, index) => ({ ...event, run: "r", time: new Date(start + index * 100).toISOString() }));
}

function viewOf(events: readonly EngineEvent[]): RunView {
  return stamped(events).reduce(watch, emptyRunView);
}

function tree(events: readonly EngineEvent[], room: { at: number; rows?: number; width?: number }): readonly string[] {
  const { at, rows, width = 200 } = room;
  return treeLines(viewOf(events), { now: start + at, rows }).map((spans) => plain(fit(spans, width)));
}

const report = { code: "rolled-back", attempted: "a", found: "greeter.service failed", next: "n" };
const components = ["machine/a", "machine/bb", "machine/c"];
const begun: readonly EngineEvent[] = [
  { event: "run-started", verb: "apply", deployment: "example.org", components },
  {
    event: "component-planned",
    change: { component: "machine/c", action: "same", because: "", changes: [], drift: [], after: [] },
  },
  { event: "component-started", component: "machine/a", action: "create", estimate: 4000 },
  {
    event: "component-progress",
    component: "machine/a",
    phase: "send packages",
    text: "hello.deb",
    done: 524_288,
    total: 1_048_576,
  },
  { event: "component-started", component: "machine/bb", action: "update" },
];
const ended: readonly EngineEvent[] = [
  ...begun,
  { event: "component-failed", component: "machine/bb", report, duration: 1200 },
  { event: "component-finished", component: "machine/a", outcome: "created", duration: 12_000 },
  { event: "note", text: "took over the lease of a run that died" },
  { event: "run-finished", outcome: "failed", counts: { unchanged: 1, failed: 1, created: 1 }, duration: 12_300 },
];

test("a running tree has a line per component with its phase, time and progress", () => {
  assert.deepEqual(tree(begun, { at: 1000 }), [
    "● apply example.org  1.0 s",
    "├─ ⠋ machine/a   send packages █████░░░░░ 50% of 1.0 MiB  0.8 s of about 4.0 s  hello.deb",
    "├─ ⠋ machine/bb  updating  0.6 s",
    "└─ ✓ machine/c   unchanged",
  ]);
});

test("the marks of what runs turn with the time", () => {
  assert.match(tree(begun, { at: 1100 })[1] ?? "", /^├─ ⠙/);
});

test("an ended tree says how everything ended", () => {
  assert.deepEqual(tree(ended, { at: 99_000 }), [
    "✗ apply example.org failed  12 s  1 created, 1 unchanged, 1 failed",
    "├─ ✓ machine/a   created  12 s",
    "├─ ✗ machine/bb  greeter.service failed [rolled-back]  1.2 s",
    "└─ ✓ machine/c   unchanged",
    "   took over the lease of a run that died",
  ]);
});

test("a narrow terminal cuts lines", () => {
  assert.deepEqual(tree(begun, { at: 1000, width: 30 }), [
    "● apply example.org  1.0 s",
    "├─ ⠋ machine/a   send package…",
    "├─ ⠋ machine/bb  updating  0.…",
    "└─ ✓ machine/c   unchanged",
  ]);
});

test("a low terminal keeps what fails and what runs, and counts the rest", () => {
  const many: readonly EngineEvent[] = [
    { event: "run-started", verb: "apply", deployment: "d", components: [...components, "machine/d", "machine/e"] },
    ...begun.slice(1),
    { event: "component-failed", component: "machine/e", report, duration: 10 },
  ];
  assert.deepEqual(
    tree(many, { at: 1000, rows: 5 }).map((text) => text.slice(0, 16)),
    ["● apply d  1.0 s", "├─ ⠋ machine/a  ", "├─ ⠋ machine/bb ", "├─ ✗ machine/e  ", "└─ … 1 finished,"],
  );
  assert.equal(tree(many, { at: 1000, rows: 5 })[4], "└─ … 1 finished, 1 waiting");
  assert.equal(tree(many, { at: 1000, rows: 6 }).length, 6);
});

test("a pipe gets a line for what is worth one, and each phase once", () => {
  let before = emptyRunView;
  const lines: string[] = [];
  const twice: readonly EngineEvent[] = [...ended.slice(0, 4), ...ended.slice(3)];
  for (const event of stamped(twice)) {
    lines.push(...eventLines(event, before).map(plain));
    before = watch(before, event);
  }
  assert.deepEqual(lines, [
    "apply example.org",
    "machine/a: create …",
    "machine/a: send packages",
    "machine/bb: update …",
    "machine/bb: failed: greeter.service failed [rolled-back]",
    "machine/a: created in 12 s",
    "took over the lease of a run that died",
    "failed in 12 s: 1 created, 1 unchanged, 1 failed",
  ]);
});
