import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComponentState } from "../state/state.ts";
import { stateWith } from "../testing/bench.ts";
import { deleteFirst, planDeletions } from "./deletions.ts";
import type { PlanNode } from "./plan.ts";

function known(...dependencies: readonly string[]): ComponentState {
  return { type: "thing", inputs: {}, outputs: {}, status: "present", dependencies };
}

function node(component: string, from?: string): PlanNode {
  const place = {
    component,
    type: "thing",
    after: [],
    changes: [],
    drift: [],
    ...(from === undefined ? {} : { from }),
  };
  return { ...place, action: "update", because: "" };
}

function edges(nodes: readonly PlanNode[]): unknown {
  return nodes.map(({ component, after }) => [component, after]);
}

test("what used something goes first, or lets go of it first", () => {
  const state = stateWith({
    "thing/a": known("thing/b"),
    "thing/b": known("thing/c"),
    "thing/c": known(),
    "thing/d": known("thing/c"),
  });
  const planned = planDeletions(state, ["thing/c", "thing/b", "thing/a"], [node("thing/d")]);
  assert.deepEqual(edges(planned), [
    ["thing/a", []],
    ["thing/b", ["thing/a"]],
    ["thing/c", ["thing/b", "thing/d"]],
  ]);
  assert.ok(planned.every(({ action }) => action === "delete"));
});

test("what goes by another path from now on lets go under that path", () => {
  const state = stateWith({ "thing/a": known("thing/b"), "thing/b": known() });
  assert.deepEqual(edges(planDeletions(state, ["thing/b"], [node("thing/z", "thing/a")])), [["thing/b", ["thing/z"]]]);
});

test("a circle in what the state remembers is given up, not waited for", () => {
  const state = stateWith({ "thing/a": known("thing/b"), "thing/b": known("thing/a") });
  const planned = planDeletions(state, ["thing/a", "thing/b"], []);
  assert.equal(planned.length, 2);
  assert.equal(planned.flatMap(({ after }) => after).length, 1);
});

test("what comes waits for what goes where they could be the same, unless that makes a circle", () => {
  const state = stateWith({ "thing/old": known(), "thing/user": known("thing/old") });
  const comes = (component: string): PlanNode => ({ ...node(component), action: "create" });
  const user: PlanNode = { ...node("thing/user"), after: ["thing/needed"] };
  const wanted = [comes("thing/needed"), comes("thing/new"), user];
  const nodes = [...wanted, ...planDeletions(state, ["thing/old"], wanted)];
  assert.deepEqual(edges(deleteFirst(nodes, state, () => true)), [
    ["thing/needed", []],
    ["thing/new", ["thing/old"]],
    ["thing/user", ["thing/needed"]],
    ["thing/old", ["thing/user"]],
  ]);
  assert.deepEqual(edges(deleteFirst(nodes, state, () => false)), edges(nodes));
});
