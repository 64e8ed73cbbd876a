import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../src/model/failure.ts";
import { defineCheck } from "./check.ts";
import { checkUsage, parseCheckCommand } from "./check-command.ts";

const run = () => Promise.resolve();
const plain = defineCheck({ name: "plain", run });
const own = defineCheck({
  name: "own",
  options: { engine: { description: "What drives it; whatever is there when not given", choices: ["real", "double"] } },
  run,
});
const parse = (...args: string[]) => parseCheckCommand(args, [own, plain]);

/** What is said about a command line that is wrong. */
function complaint(...args: string[]): string {
  try {
    parse(...args);
  } catch (error) {
    assert.ok(error instanceof Failure && error.code === "usage");
    return error.report.found;
  }
  return "nothing";
}

test("the command line of checks is read", () => {
  const { checks, ...rest } = parse("plain", "--interactive", "--out", "/logs");
  assert.deepEqual(checks, [plain]);
  assert.deepEqual(rest, {
    interactive: true,
    keepFailed: false,
    clear: false,
    list: false,
    help: false,
    cache: undefined,
    out: "/logs",
    chosen: {},
  });
});

test("checks are run in the order in which they are named, and all of them without a name", () => {
  assert.deepEqual(parse("plain", "own").checks, [plain, own]);
  assert.deepEqual(parse().checks, [own, plain]);
});

test("a check declares options of its own, with their choices", () => {
  assert.deepEqual(parse("own", "--engine=double").chosen, { engine: "double" });
  assert.deepEqual(parse("--engine", "real").chosen, { engine: "real" });
  assert.deepEqual(parse("own").chosen, {});
  assert.match(checkUsage([own]), /--engine=real\|double\n +own: What drives it/);
});

test("what there is not is refused, with the nearest word", () => {
  assert.equal(complaint("own", "--engin=real"), "there is no option --engin; did you mean --engine?");
  assert.equal(complaint("own", "--keep-faild"), "there is no option --keep-faild; did you mean --keep-failed?");
  assert.equal(complaint("own", "--nothing-like-it"), "there is no option --nothing-like-it");
  assert.equal(complaint("own", "-e"), "there is no option -e");
  assert.equal(complaint("--engine=rael"), "--engine is one of real, double, and not rael; did you mean real?");
  assert.equal(complaint("--engine="), "--engine is one of real, double, and not empty");
  assert.equal(complaint("--engine"), "--engine needs a value");
  assert.equal(complaint("--list=all"), "--list takes no value");
  assert.equal(complaint("plian"), "there is no check plian; there are: own, plain; did you mean plain?");
  assert.equal(complaint("plain", "--engine=real"), "--engine is an option of own, which is not to be run");
});
