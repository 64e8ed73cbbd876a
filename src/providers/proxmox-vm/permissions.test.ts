import assert from "node:assert/strict";
import { test } from "node:test";
import { missingOf, needsOf } from "./permissions.ts";

const found = { template: 9000, storages: ["tank"], bridge: "vmbr0" };
const grant = (privileges: readonly string[]) => Object.fromEntries(privileges.map((one) => [one, 1]));
const onMachines = [
  ...["VM.Allocate", "VM.Audit", "VM.Clone", "VM.PowerMgmt", "VM.Monitor"],
  ...["CPU", "Memory", "Disk", "Network", "Options", "Cloudinit"].map((what) => `VM.Config.${what}`),
];
const granted = {
  "/": {},
  "/vms": grant(onMachines),
  "/storage": grant(["Datastore.AllocateSpace", "Datastore.Audit"]),
  "/sdn/zones/localnetwork": grant(["SDN.Use"]),
  "/nodes": grant(["Sys.Audit"]),
};

test("privileges are inherited from above, and what is missing is named with its path and purpose", () => {
  const needs = needsOf({}, "8.4.5", found);
  assert.deepEqual(missingOf(needs, granted), []);
  assert.deepEqual(missingOf(needs, { ...granted, "/storage/tank": grant(["Datastore.Audit"]) }), [
    "Datastore.AllocateSpace on /storage/tank (make disks)",
  ]);
  assert.deepEqual(missingOf(needs, { ...granted, "/vms/9000": grant(["VM.Audit"]) }), [
    "VM.Clone on /vms/9000 (copy the template)",
  ]);
});

test("Proxmox VE 9 asks for other privileges for the guest agent", () => {
  assert.deepEqual(missingOf(needsOf({}, "9.0.10", found), granted), [
    "VM.GuestAgent.Audit on /vms (read addresses and host keys)",
    "VM.GuestAgent.FileRead on /vms (read addresses and host keys)",
  ]);
});

test("with a pool, what is granted on the pool will do", () => {
  const { "/vms": machines, ...rest } = granted;
  const pooled = { ...rest, "/pool/fediversity": { ...machines, "Pool.Audit": 1 } };
  assert.deepEqual(missingOf(needsOf({ pool: "fediversity" }, "8.4.5", found), pooled), []);
  assert.match(
    missingOf(needsOf({ pool: "other" }, "8.4.5", found), pooled).join("\n"),
    /VM\.Allocate on \/vms or \/pool\/other/,
  );
});
