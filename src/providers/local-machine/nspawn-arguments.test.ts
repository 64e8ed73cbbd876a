import assert from "node:assert/strict";
import { test } from "node:test";
import type { LocalMachine } from "./machine-record.ts";
import { nspawnArguments } from "./nspawn-arguments.ts";

const machine: LocalMachine = {
  name: "hello",
  id: "0123456789a",
  machineId: "0123456789abcdef0123456789abcdef",
  address: "10.77.3.2",
  network: { name: "fedi1", subnet: "10.77.3.0/24", address: "10.77.3.1", folder: "/n", runFolder: "/run/n" },
  image: "/images/1",
  folder: "/machines/hello",
  hostKey: "ssh-ed25519 BBBB",
  binds: [],
  containers: false,
};

test("a machine boots on its bridge, unknown to machined and with nothing of this computer's", () => {
  assert.deepEqual(nspawnArguments(machine, true), [
    "--machine=0123456789a",
    "--hostname=hello",
    "--uuid=0123456789abcdef0123456789abcdef",
    "--boot",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--settings=no",
    "--console=passive",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    "--network-bridge=fedi1",
  ]);
});

test("the name of its network link fits into the 15 bytes that the kernel takes", () => {
  assert.ok(`vb-${machine.id}`.length < 16);
});

test("colons in paths do not end them", () => {
  const args = nspawnArguments({ ...machine, binds: [{ source: "/a:b", target: "/c", readOnly: true }] }, false);
  assert.equal(args.at(-1), "--bind-ro=/a\\:b:/c");
});

test("a machine for containers gets what they need, as far as the computer has it", () => {
  const extra = (fuse: boolean): string[] => nspawnArguments({ ...machine, containers: true }, fuse).slice(13);
  assert.deepEqual(extra(true), [
    "--capability=all",
    "--system-call-filter=add_key keyctl bpf",
    "--bind=/machines/hello/containers:/var/lib/containers",
    "--bind=/dev/fuse",
  ]);
  assert.ok(!extra(false).includes("--bind=/dev/fuse"));
});
