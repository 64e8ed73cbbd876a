import assert from "node:assert/strict";
import { test } from "node:test";
import { stateWith } from "../testing/bench.ts";
import { failure } from "../testing/temporary-folder.ts";
import type { ComponentState } from "../state/state.ts";
import { scopeOf } from "./targets.ts";

const after = new Map([
  ["thing/a", ["thing/b", "thing/c"]],
  ["thing/b", ["thing/c"]],
  ["thing/c", []],
  ["thing/d", []],
]);

function known(dependencies: readonly string[]): ComponentState {
  return { type: "thing", inputs: {}, outputs: {}, status: "present", dependencies };
}

test("without targets a run is about everything, in the order of need", () => {
  const state = stateWith({ "thing/a": known([]), "thing/x": known([]) });
  assert.deepEqual(scopeOf({ after, state, targets: undefined }), {
    wanted: ["thing/c", "thing/b", "thing/a", "thing/d"],
    gone: ["thing/x"],
  });
});

test("targets bring what they need, and nothing else", () => {
  const state = stateWith({ "thing/x": known([]), "thing/y": known([]) });
  const scope = (targets: readonly string[]): unknown => scopeOf({ after, state, targets });
  assert.deepEqual(scope(["thing/b"]), { wanted: ["thing/c", "thing/b"], gone: [] });
  assert.deepEqual(scope(["thing/x", "thing/d"]), { wanted: ["thing/d"], gone: ["thing/x"] });
});

test("what somebody outside the run still uses is not deleted", () => {
  const state = stateWith({ "thing/x": known([]), "thing/y": known(["thing/x"]), "thing/a": known(["thing/x"]) });
  const scope = (targets: readonly string[]): unknown => scopeOf({ after, state, targets });
  assert.throws(() => scope(["thing/x"]), failure("target-in-use", /used by thing\/y, thing\/a/));
  assert.throws(() => scope(["thing/x", "thing/y"]), failure("target-in-use", /used by thing\/a/));
  assert.deepEqual(scope(["thing/x", "thing/y", "thing/a"]), {
    wanted: ["thing/c", "thing/b", "thing/a"],
    gone: ["thing/x", "thing/y"],
  });
});

test("an unknown target is refused", () => {
  const targets = ["thing/e"];
  assert.throws(() => scopeOf({ after, state: stateWith({}), targets }), failure("target-unknown"));
});
