import assert from "node:assert/strict";
import { test } from "node:test";
import type { Plan, PlanNode } from "../../engine/plan/plan.ts";
import { countNodes } from "../../engine/plan/plan.ts";
import { plain } from "./line.ts";
import { changesAnything, planLines } from "./plan-lines.ts";

function planOf(...nodes: readonly (Pick<PlanNode, "component" | "action"> & Partial<PlanNode>)[]): Plan {
  const whole = nodes.map((node) => ({
    type: "machine",
    because: "it is new",
    changes: [],
    drift: [],
    after: [],
    ...node,
  }));
  return {
    format: 1,
    deployment: { name: "example.org", environment: "local", components: {}, secrets: {} },
    base: 0,
    secrets: {},
    nodes: whole,
    counts: countNodes(whole),
  };
}

test("a plan shows what is to be done and why, differences and drift", () => {
  const plan = planOf(
    { component: "machine/a", action: "create", changes: [{ verb: "add", what: "package hello" }] },
    {
      component: "machine/b",
      action: "update",
      because: "its inputs changed",
      drift: ["file /etc/motd was edited by hand"],
      changes: [
        { verb: "change", what: "file /etc/motd", detail: ["@@ -1 +1 @@", "-old", "+new", " same"] },
        { verb: "restart", what: "unit greeter.service", detail: ["its definition changed"] },
      ],
    },
    { component: "machine/c", action: "same" },
    { component: "machine/d", action: "delete", because: "no longer wanted" },
    { component: "machine/e", action: "pending", because: "decided when machine/a is there" },
    {
      component: "machine/f",
      action: "pending",
      failure: { code: "machine-unreachable", attempted: "x", found: "no answer", next: "Switch it on." },
    },
  );
  assert.deepEqual(planLines(plan).map(plain), [
    "Plan for example.org in the environment local",
    "+ machine/a: create, it is new",
    "    add package hello",
    "~ machine/b: change, its inputs changed",
    "    drift: file /etc/motd was edited by hand",
    "    change file /etc/motd",
    "      @@ -1 +1 @@",
    "      -old",
    "      +new",
    "       same",
    "    restart unit greeter.service",
    "      its definition changed",
    "- machine/d: remove, no longer wanted",
    "? machine/e: decide later, decided when machine/a is there",
    "! machine/f: could not be compared: no answer [machine-unreachable]",
    "    next: Switch it on.",
    "1 to create, 1 to change, 1 to remove, 1 to decide later, 1 could not be compared, 1 as it should be.",
  ]);
  assert.ok(changesAnything(plan));
});

test("differences are coloured line by line", () => {
  const plan = planOf({
    component: "machine/b",
    action: "update",
    changes: [{ verb: "change", what: "file /x", detail: ["@@ -1 +1 @@", "-old", "+new", " same"] }],
  });
  const looks = planLines(plan)
    .slice(3, 7)
    .map((spans) => spans.at(-1)?.look);
  assert.deepEqual(looks, ["accent", "bad", "good", "faint"]);
});

test("a plan that changes nothing says so in one line", () => {
  const plan = planOf({ component: "machine/c", action: "same" });
  assert.deepEqual(planLines(plan).slice(1).map(plain), ["1 as it should be."]);
  assert.equal(changesAnything(plan), false);
  assert.deepEqual(planLines(planOf()).slice(1).map(plain), ["Nothing to do."]);
});
