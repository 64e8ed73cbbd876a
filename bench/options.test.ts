import assert from "node:assert/strict";
import { test } from "node:test";
import { readOptions } from "./options.ts";

const known = ["two", "many"];

test("options have defaults, and names are taken as given", () => {
  const options = readOptions([], known);
  assert.deepEqual([options.rounds, options.machines, options.json, options.only], [5, 24, false, undefined]);
  assert.deepEqual(readOptions(["--only", "many,two", "--rounds", "2"], known).only, ["many", "two"]);
});

test("what is wrong with the command line is said", () => {
  assert.throws(() => readOptions(["--only", "tow"], known), /there is no measurement tow; there are: two, many/);
  assert.throws(() => readOptions(["--rounds", "0"], known), /--rounds is 0/);
  assert.throws(() => readOptions(["--machines", "1"], known), /--machines is 1/);
  assert.throws(() => readOptions(["--write", "--only", "two"], known), /--write is for all/);
  assert.throws(() => readOptions(["--frobnicate"], known), /frobnicate/);
});
