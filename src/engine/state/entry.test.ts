import assert from "node:assert/strict";
import { test } from "node:test";
import { entryProblem } from "./entry.ts";

const good = { sequence: 1, time: "", fence: 1, kind: "memory", component: "thing/a", memory: null };

test("an entry is one when every field is there and of its type", () => {
  assert.equal(entryProblem(good), undefined);
  assert.equal(entryProblem({ ...good, more: 1 }), undefined);
  const wrong: readonly (readonly [unknown, string])[] = [
    [[], "it is not an object"],
    [{ ...good, kind: "toString" }, 'its kind is "toString"'],
    [{ sequence: 1 }, "its kind is missing"],
    [{ ...good, component: 3 }, "its component is of another type"],
    [{ ...good, memory: undefined }, "its memory is missing"],
    [{ ...good, fence: "1" }, "its fence is of another type"],
    [{ ...good, kind: "deleted", kept: "yes", duration: 1 }, "its kept is of another type"],
  ];
  for (const [value, problem] of wrong) assert.equal(entryProblem(value), problem);
});

test("what may be absent may be absent, but not be something else", () => {
  const intent = { ...good, kind: "intent", type: "thing", action: "create" };
  assert.equal(entryProblem(intent), undefined);
  assert.equal(entryProblem({ ...intent, inputs: [] }), "its inputs is of another type");
  assert.equal(entryProblem({ ...intent, dependencies: {} }), "its dependencies is of another type");
});
