import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { identityOf, isAlive, parseProcessStat, signalProcess } from "./process-identity.ts";

const fields = "S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 180533 2000 300";

test("the start time is read whatever the command is called", () => {
  assert.deepEqual(parseProcessStat(`29293 (sh) ${fields}`), { pid: 29293, startTime: "180533" });
  assert.deepEqual(parseProcessStat(`7 (a) b (c d) ${fields}`), { pid: 7, startTime: "180533" });
  assert.equal(parseProcessStat("7 (sh) S 1"), undefined);
  assert.equal(parseProcessStat(""), undefined);
});

test("a process is told from another one with its pid, and from one of another boot", async () => {
  const self = await identityOf(process.pid);
  assert.ok(self !== undefined);
  assert.equal(await isAlive(self), true);
  assert.equal(await isAlive({ ...self, startTime: "1" }), false);
  assert.equal(await isAlive({ ...self, bootId: "another" }), false);
  assert.equal(await signalProcess({ ...self, startTime: "1" }, "SIGKILL"), false);
});

test("a process that has ended is not alive and cannot be signalled", async () => {
  const child = spawn("sleep", ["60"]);
  const identity = await identityOf(child.pid ?? 0);
  assert.ok(identity !== undefined && (await isAlive(identity)));
  assert.equal(await signalProcess(identity, "SIGKILL"), true);
  await once(child, "exit");
  assert.equal(await isAlive(identity), false);
  assert.equal(await signalProcess(identity, "SIGKILL"), false);
});
