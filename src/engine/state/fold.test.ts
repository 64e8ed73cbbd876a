import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry, EntryBody } from "./entry.ts";
import { fold } from "./fold.ts";
import { emptyState, type State } from "./state.ts";

function folded(bodies: readonly EntryBody[], base: State = emptyState): State {
  const entries = bodies.map((body, index): Entry => ({
    ...body,
    sequence: base.sequence + index + 1,
    time: "",
    fence: 1,
  }));
  return fold(entries, base);
}

const component = "thing/a";
const intent = (dependencies: readonly string[], value = "one"): EntryBody => ({
  kind: "intent",
  component,
  type: "thing",
  action: "create",
  inputs: { value },
  dependencies,
});
const outcome = (duration = 10): EntryBody => ({
  kind: "outcome",
  component,
  action: "create",
  outcome: "created",
  outputs: { id: "1" },
  memory: { note: "kept" },
  duration,
});

test("an intent makes a component half-made, its outcome makes it present", () => {
  assert.equal(folded([intent([])]).components[component]?.status, "creating");
  const state = folded([intent(["thing/b"]), outcome()]);
  assert.deepEqual(state.components[component], {
    type: "thing",
    inputs: { value: "one" },
    outputs: { id: "1" },
    memory: { note: "kept" },
    dependencies: ["thing/b"],
    status: "present",
  });
  assert.equal(state.sequence, 2);
});

test("until an attempt has ended well, a component counts as using what it used before", () => {
  const made = folded([intent(["thing/b"]), outcome()]);
  const half = folded([intent(["thing/c"], "two")], made);
  assert.equal(half.components[component]?.status, "updating");
  assert.deepEqual(half.components[component]?.dependencies, ["thing/b", "thing/c"]);
  assert.deepEqual(folded([outcome()], half).components[component]?.dependencies, ["thing/c"]);
});

test("a rollback after a failed attempt gives up nothing that the older generation may use", () => {
  const made = folded([intent(["thing/b"]), outcome(), intent(["thing/c"])]);
  const back = folded([{ kind: "intent", component, type: "thing", action: "rollback" }, outcome()], made);
  assert.deepEqual(back.components[component]?.dependencies, ["thing/b", "thing/c"]);
  assert.deepEqual(back.components[component]?.inputs, { value: "one" });
});

test("memory survives an attempt that does not end, and an outcome without memory", () => {
  const { memory: _, ...plain } = outcome() as Extract<EntryBody, { kind: "outcome" }>;
  const state = folded([intent([]), { kind: "memory", component, memory: { id: 4 } }, plain]);
  assert.deepEqual(state.components[component]?.memory, { id: 4 });
});

test("a deleted component is kept until it is purged or made again", () => {
  const gone = folded([intent([]), outcome(), { kind: "deleted", component, kept: true, duration: 1 }]);
  assert.deepEqual([Object.keys(gone.components), Object.keys(gone.kept)], [[], [component]]);
  assert.deepEqual(folded([{ kind: "purged", component, duration: 1 }], gone).kept, {});
  assert.deepEqual(folded([intent([])], gone).kept, {});
  const purging = folded([{ kind: "intent", component, type: "thing", action: "purge" }], gone);
  assert.deepEqual([Object.keys(purging.components), Object.keys(purging.kept)], [[], [component]]);
});

test("a moved component takes its durations and what refers to it along", () => {
  const user: EntryBody = {
    ...(intent([component]) as Extract<EntryBody, { kind: "intent" }>),
    component: "thing/user",
  };
  const state = folded([intent([]), outcome(3), user, { kind: "moved", from: component, to: "thing/z" }]);
  assert.deepEqual(Object.keys(state.components).toSorted(), ["thing/user", "thing/z"]);
  assert.deepEqual(state.components["thing/user"]?.dependencies, ["thing/z"]);
  assert.deepEqual(state.durations, { "thing/z": { create: [3] } });
});

test("the last five durations are remembered", () => {
  const state = folded([intent([]), ...[1, 2, 3, 4, 5, 6].map(outcome)]);
  assert.deepEqual(state.durations[component], { create: [2, 3, 4, 5, 6] });
});

test("what a run writes after another has taken over is left out", () => {
  const entries: readonly Entry[] = [
    { ...intent([]), sequence: 1, time: "", fence: 1 },
    { kind: "forgotten", component, sequence: 2, time: "", fence: 2 },
    { ...intent([]), sequence: 2, time: "", fence: 1 },
  ];
  assert.deepEqual(fold(entries), { ...emptyState, sequence: 2, fence: 2 });
});

test("folding leaves what it starts from as it was", () => {
  const made = folded([intent([]), outcome()]);
  const before = structuredClone(made);
  folded([intent(["thing/c"]), outcome(), { kind: "deleted", component, kept: true, duration: 1 }], made);
  assert.deepEqual(made, before);
  assert.deepEqual(emptyState.components, {});
});
