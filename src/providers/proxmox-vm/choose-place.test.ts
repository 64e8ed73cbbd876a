import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { Resource, type VmConfig } from "./api/answers.ts";
import { choosePlace, templatesOf } from "./choose-place.ts";

const gibibyte = 1024 ** 3;
const node = (name: string, mem: number, status = "online") =>
  Resource.parse({ type: "node", id: `node/${name}`, node: name, status, maxmem: 16 * gibibyte, mem: mem * gibibyte });
const storage = (name: string, shared: 0 | 1) =>
  Resource.parse({ type: "storage", id: `storage/a/${name}`, storage: name, node: "a", shared });
const vm = (vmid: number, at: string, more: object = {}) =>
  Resource.parse({ type: "qemu", id: `qemu/${String(vmid)}`, vmid, node: at, status: "running", ...more });
const template = vm(9000, "a", { template: 1, name: "debian-13" });
const on = (name: string): VmConfig => ({
  scsi0: `${name}:base-9000-disk-0,size=3G`,
  ide2: `${name}:vm-9000-cloudinit,media=cdrom`,
});
const list = [node("a", 8), node("b", 2), node("c", 4), storage("tank", 1), storage("local", 0), template];
const wanted = { name: "snac", template: "debian-13", size: { cores: 1, memory: 1024, disk: 10 } };

const chosen = (
  more: object = {},
  config = on("tank"),
  seen = list,
  reserved: Parameters<typeof choosePlace>[3] = [],
): string => choosePlace(seen, { ...wanted, ...more }, [[template, config]], reserved).node;

test("the node with the most free memory is taken, of those that the policy allows and that are online", () => {
  assert.equal(chosen(), "b");
  assert.equal(chosen({ nodes: ["a", "c"] }), "c");
  assert.equal(chosen({}, on("tank"), [...list.filter((one) => one.node !== "b"), node("b", 0, "offline")]), "c");
});

test("a template on local storage is copied on its own node, also when the copy would lie elsewhere", () => {
  assert.equal(chosen({}, on("local")), "a");
  assert.equal(chosen({ storage: "local" }), "a");
  assert.throws(
    () => chosen({ nodes: ["b"] }, on("local")),
    (error) => error instanceof Failure && error.code === "proxmox-no-place",
  );
});

test("machines that are kept apart go to different nodes, as far as there are enough", () => {
  const apart = { apart: "example.org" };
  const tags = "apart-example.org;fediversity";
  assert.equal(chosen(apart, on("tank"), [...list, vm(100, "b", { tags })]), "c");
  assert.equal(chosen(apart, on("tank"), [...list, vm(100, "b", { tags }), vm(101, "c", { tags })]), "a");
  const all = [...list, vm(100, "a", { tags }), vm(101, "b", { tags }), vm(102, "c", { tags })];
  assert.equal(chosen(apart, on("tank"), all), "b");
});

test("what was promised to machines that the list does not show yet is taken into account", () => {
  const reserved = { node: "b", vmid: 100, memory: 12 * gibibyte };
  assert.equal(chosen({}, on("tank"), list, [reserved]), "c");
  assert.equal(chosen({ apart: "x" }, on("tank"), list, [{ ...reserved, memory: 0, apart: "x" }]), "c");
  assert.equal(
    chosen({}, on("tank"), [...list, vm(100, "b")], [reserved]),
    "b",
    "once it runs its memory is in the list",
  );
});

test("a template that is not there is told with those that are", () => {
  assert.equal(templatesOf(list, { ...wanted, template: 9000 })[0]?.vmid, 9000);
  assert.throws(
    () => templatesOf(list, { ...wanted, template: "debian-12" }),
    (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.report.found, /is "debian-13" meant\?/);
      return true;
    },
  );
});
