import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EngineEvent, StampedEvent } from "../../engine/event.ts";
import { logLine } from "./log-line.ts";
import { progressOf } from "./progress.ts";

const stamped = (event: EngineEvent): StampedEvent => ({ ...event, time: "2026-01-01T00:00:00.000Z", run: "r" });
const component = fc.constantFrom("a", "b", "c");
const report = { code: "x", attempted: "y", found: "z", next: "n" };
const hostile = fc.constantFrom("fine", "\u001B[31mred", "a\r\u0000b", "<b>", "");
const event: fc.Arbitrary<StampedEvent> = fc
  .oneof(
    fc.constant({ event: "run-started", verb: "apply", deployment: "d", components: ["a", "b"] } as const),
    fc.record({
      event: fc.constant("component-started"),
      component,
      action: fc.constantFrom("diff", "create", "update"),
    }),
    fc.record({
      event: fc.constant("component-progress"),
      component,
      phase: fc.constantFrom("packages", "files"),
      text: fc.option(hostile, { nil: undefined }),
      done: fc.option(fc.nat(12), { nil: undefined }),
      total: fc.option(fc.nat(10), { nil: undefined }),
    }),
    fc.record({
      event: fc.constant("component-finished"),
      component,
      outcome: fc.constantFrom("created", "updated", "unchanged", "planned", "read"),
      duration: fc.nat(),
    }),
    fc.record({ event: fc.constant("component-failed"), component, report: fc.constant(report), duration: fc.nat() }),
    fc.record({ event: fc.constant("component-skipped"), component, because: hostile }),
    fc.record({ event: fc.constant("note"), text: hostile }),
  )
  .map((one) => stamped(one as EngineEvent));
const stream = fc.array(event, { maxLength: 40 });

void test("however the stream is split on its way through the database, it shows the same", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(40)), (events, cuts) => {
      const places = [0, ...cuts.map((cut) => Math.min(cut, events.length)), events.length].toSorted((a, b) => a - b);
      const parts = places.slice(1).map((end, at) => JSON.stringify(events.slice(places[at], end)));
      const arrived = parts.flatMap((part) => JSON.parse(part) as StampedEvent[]);
      assert.deepEqual(progressOf(arrived), progressOf(events));
    }),
  );
});

void test("components stay in their order, shares are shares, and what is done is counted", () => {
  fc.assert(
    fc.property(stream, (events) => {
      let names: readonly string[] = [];
      for (let end = 0; end <= events.length; end += 1) {
        const { components, done } = progressOf(events.slice(0, end));
        const now = components.map((one) => one.component);
        assert.deepEqual(now.slice(0, names.length), names);
        assert.equal(new Set(now).size, now.length);
        assert.equal(done, components.filter(({ state }) => state === "done").length);
        for (const { share } of components) assert.ok(share === undefined || (share >= 0 && share <= 1));
        names = now;
      }
    }),
  );
});

void test("a component goes from waiting over working to done", () => {
  const begun = stamped({ event: "run-started", verb: "apply", deployment: "d", components: ["m"] });
  const started = stamped({ event: "component-started", component: "m", action: "create" });
  const half = stamped({
    event: "component-progress",
    component: "m",
    phase: "packages",
    text: "snac",
    done: 1,
    total: 2,
  });
  const over = stamped({ event: "component-finished", component: "m", outcome: "created", duration: 5 });
  const all = [begun, started, half, over];
  const states = all.map((_event, at) => progressOf(all.slice(0, at + 1)).components[0]);
  assert.deepEqual(
    states.map((one) => [one?.state, one?.phase, one?.share, one?.outcome]),
    [
      ["waiting", undefined, undefined, undefined],
      ["working", undefined, undefined, undefined],
      ["working", "packages", 0.5, undefined],
      ["done", "packages", undefined, "created"],
    ],
  );
  assert.equal(progressOf(all).resumed, false);
  assert.equal(progressOf([...all, begun]).resumed, true);
  const failed = stamped({ event: "component-failed", component: "m", report, duration: 1 });
  assert.equal(progressOf([begun, started, failed]).components[0]?.state, "failed");
});

void test("a line of the log begins with its time, and does nothing to whoever reads it", () => {
  fc.assert(
    fc.property(event, (one) => {
      const line = logLine(one);
      assert.ok(line.startsWith(`${one.time} `));
      assert.doesNotMatch(line, /[^\P{Cc}\n]/u);
      if (one.event === "note") assert.equal(line, `${one.time} ${one.text.replaceAll(/\p{Cc}/gu, "\uFFFD")}`);
    }),
  );
});
