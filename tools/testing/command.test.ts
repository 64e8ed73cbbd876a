import assert from "node:assert/strict";
import { test } from "node:test";
import { follow, interruptAll } from "./command.ts";

test("a followed program gives its lines as they come, all it printed, and its exit code", async () => {
  const lines: string[] = [];
  const command = ["sh", "-c", "echo one; echo two >&2; printf three; exit 4"];
  const { code, output } = await follow(command, { onLine: (line) => lines.push(line) });
  assert.equal(code, 4);
  assert.deepEqual(lines.toSorted(), ["one", "three", "two"]);
  assert.deepEqual(output.trimEnd().split("\n").toSorted(), ["one", "three", "two"]);
});

test("an interruption reaches the program, or all that it started, and is waited for", async () => {
  // The outer one is ready first: a trap runs between commands, when $! is known.
  const script = `
    trap 'echo outer; kill -TERM "$!"; wait "$!"; exit 7' INT
    sh -c 'trap "echo inner; exit 0" INT; echo ready; while :; do read -r line || sleep 0.02; done' &
    while :; do wait "$!"; done`;
  for (const interrupts of ["program", "group"] as const) {
    const onLine = (line: string): void => {
      if (line === "ready") interruptAll("SIGINT");
    };
    const { code, output } = await follow(["bash", "-c", script], { interrupts, onLine });
    assert.equal(code, 7);
    assert.equal(output.match(/outer/g)?.length, 1);
  }
});

test("a program that does not exist is an error, not an outcome", async () => {
  await assert.rejects(follow(["no-such-program"]), /ENOENT/);
});
