import assert from "node:assert/strict";
import { test } from "node:test";
import { targetPaths } from "./targets.ts";

const known = ["local-machine/hello", "machine/hello", "record/www", "address/www"];

test("a name stands for the machine, or for whatever else is called so", () => {
  assert.deepEqual(targetPaths(["hello"], known), ["machine/hello"]);
  assert.deepEqual(targetPaths(["www"], known), ["record/www", "address/www"]);
});

test("a path stays, also an unknown one; an unknown name is taken for a machine", () => {
  assert.deepEqual(targetPaths(["local-machine/hello", "machine/x"], known), ["local-machine/hello", "machine/x"]);
  assert.deepEqual(targetPaths(["helo"], known), ["machine/helo"]);
});

test("without targets there is no limit", () => {
  assert.equal(targetPaths(undefined, known), undefined);
});
