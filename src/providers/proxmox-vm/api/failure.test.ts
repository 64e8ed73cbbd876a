import assert from "node:assert/strict";
import { test } from "node:test";
import { readRefusal, refusalFailure } from "./failure.ts";

const attempt = { attempted: "configure the machine", subject: "snac" };

test("what Proxmox says decides what is told, and its words are kept", () => {
  const cases = [
    [403, "Permission check failed (/vms/100, VM.Config.CPU)", "proxmox-permission"],
    [500, "VM is locked (clone)", "proxmox-locked"],
    [500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout", "proxmox-locked"],
    [500, "VM 100 qmp command 'guest-ping' failed - got timeout", "proxmox-agent-silent"],
    [500, "QEMU guest agent is not running", "proxmox-agent-silent"],
    [500, "No QEMU guest agent configured", "proxmox-agent-off"],
    [500, "unable to create VM 100: config file already exists", "proxmox-id-taken"],
    [595, "No route to host", "proxmox-node-down"],
    [401, "invalid token value!", "proxmox-credentials"],
    [500, "something new", "proxmox-refused"],
  ] as const;
  for (const [code, message, expected] of cases) {
    const { report } = refusalFailure(readRefusal(code, "", JSON.stringify({ message: `${message}\n` })), attempt);
    assert.equal(report.code, expected, message);
    assert.ok(report.found.includes(message), message);
    assert.deepEqual([report.attempted, report.subject], [attempt.attempted, attempt.subject]);
  }
});

test("a parameter at fault is named with what is wrong with it", () => {
  const body = JSON.stringify({
    data: null,
    message: "Parameter verification failed.\n",
    errors: { memory: "value must have a minimum value of 16" },
  });
  const { report } = refusalFailure(readRefusal(400, "Parameter verification failed.", body), attempt);
  assert.equal(report.code, "proxmox-parameter");
  assert.equal(
    report.found,
    "Proxmox says: Parameter verification failed. memory: value must have a minimum value of 16",
  );
});

test("words beside the status are read where there is no body, or one that is no JSON", () => {
  for (const body of ["", "<html>", "null", "[]"]) {
    assert.equal(readRefusal(500, "VM is locked (backup)", body).message, "VM is locked (backup)");
  }
});
