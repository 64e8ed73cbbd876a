import assert from "node:assert/strict";
import { test } from "node:test";
import type { Difference } from "../provider.ts";
import type { ComponentState } from "../state/state.ts";
import { judge, postpone, type Compared } from "./differences.ts";
import type { PlanNode } from "./plan.ts";

const inputs = { value: "one" };
const outputs = { id: "1" };
const present: ComponentState = { type: "thing", inputs, outputs, status: "present", dependencies: ["thing/b"] };
const place = { component: "thing/a", type: "thing", after: ["thing/b"] };

function judged(
  prior: ComponentState | undefined,
  difference: Difference,
  more: Partial<Compared> = {},
): Partial<PlanNode> {
  const { action, because, record } = judge({ ...place, prior, ...more }, inputs, difference);
  return { action, because, ...(record === undefined ? {} : { record }) };
}

const same: Difference = { kind: "same", outputs };
const update: Difference = { kind: "update", changes: [], drift: [] };
const create: Difference = { kind: "create", changes: [], drift: [] };

test("what is as wanted and known is left alone", () => {
  assert.deepEqual(judged(present, same), { action: "same", because: "it is as it should be" });
});

test("what is as wanted, but not as the state knows it, is written down", () => {
  const news: readonly Partial<ComponentState>[] = [{ inputs: {} }, { outputs: { id: "2" } }, { dependencies: [] }];
  for (const item of news) assert.equal(judged({ ...present, ...item }, same).record, true);
  assert.equal(judged(present, same, { from: "thing/z" }).record, true);
});

test("what is there but half-made, or not ours yet, is brought to an end by its provider", () => {
  for (const status of ["creating", "updating", "deleting"] as const) {
    assert.deepEqual(judged({ ...present, status }, same), {
      action: "update",
      because: `the last run ended while ${status} it`,
    });
  }
  assert.deepEqual(judged(undefined, same), {
    action: "update",
    because: "it is there, but was not made by this deployment",
  });
});

test("every change says why", () => {
  const drifted: Difference = { ...update, drift: ["value is two"] };
  const reasons: readonly (readonly [ComponentState | undefined, Difference, string])[] = [
    [undefined, create, "it is new"],
    [undefined, update, "it is there, but not as wanted"],
    [present, create, "it is gone"],
    [{ ...present, inputs: {} }, update, "its inputs changed"],
    [present, drifted, "it was changed from outside"],
    [present, update, "what is there differs from what is wanted"],
    [{ ...present, status: "updating" }, update, "the last run ended while updating it"],
  ];
  for (const [prior, difference, because] of reasons) {
    assert.deepEqual(judged(prior, difference), { action: difference.kind, because });
  }
});

test("what waits for others is new, or decided later", () => {
  const { action, because } = postpone({ ...place, prior: undefined }, ["thing/b"]);
  assert.deepEqual([action, because], ["create", "it is new; details are known when thing/b is there"]);
  const later = postpone({ ...place, prior: present }, ["thing/b", "thing/c"]);
  assert.deepEqual([later.action, later.because], ["pending", "decided when thing/b, thing/c are there"]);
});
