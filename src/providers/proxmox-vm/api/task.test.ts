import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../../model/failure.ts";
import type { Call } from "./api.ts";
import { followTask, nodeOf, progressOf } from "./task.ts";

const upid = "UPID:pve1:000D3E2F:0A1B2C3D:68A1B2C3:qmclone:9000:fediversity@pve!deployer:";
const attempt = { attempted: "copy the template", subject: "snac" };

/** A task that has these states one after the other, and this log. */
function taskOf(states: readonly object[], log: readonly string[]): Call {
  let at = 0;
  return ((name: string) => {
    if (name === "taskLog") return Promise.resolve(log.map((t, index) => ({ n: index + 1, t })));
    at += 1;
    return Promise.resolve(states[Math.min(at, states.length) - 1]);
  }) as Call;
}

test("the node that has a task is the second part of its id", () => assert.equal(nodeOf(upid), "pve1"));

test("how far a copy is, in bytes, is read from the task's log", () => {
  const line = "transferred 1.2 GiB of 3.0 GiB (40.00%)";
  assert.deepEqual(progressOf(line), { text: line, done: 1_288_490_189, total: 3_221_225_472 });
  assert.deepEqual(progressOf("create full clone of drive scsi0"), { text: "create full clone of drive scsi0" });
});

test("a task that ends well, or with warnings, is over", async () => {
  const running = { status: "running" };
  for (const exitstatus of ["OK", "WARNINGS: 1"]) {
    await followTask(taskOf([running, running, { status: "stopped", exitstatus }], []), upid, attempt);
  }
});

test("a task that fails says so in its own words, with the end of its log", async () => {
  for (const [words, code] of [
    ["clone failed: zfs error: cannot create 'tank/vm-100-disk-0': out of space", "proxmox-storage-full"],
    ["clone failed: No space left on device", "proxmox-storage-full"],
    ["unable to create VM 100: config file already exists", "proxmox-id-taken"],
    ["something else", "proxmox-task"],
  ] as const) {
    const call = taskOf([{ status: "stopped", exitstatus: "unexpected status" }], ["begun", `TASK ERROR: ${words}`]);
    await assert.rejects(followTask(call, upid, attempt), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.code, code);
      assert.equal(error.report.found, `Proxmox says: ${words}`);
      assert.deepEqual(error.report.details, ["begun", `TASK ERROR: ${words}`, upid]);
      return true;
    });
  }
});

test("a task that does not end is left alone after the limit", async () => {
  const late = followTask(taskOf([{ status: "running" }], []), upid, attempt, { limit: 1 });
  await assert.rejects(late, (error) => error instanceof Failure && error.code === "proxmox-task-late");
});
