import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { Resource } from "./api/answers.ts";
import { findTagged } from "./find-vm.ts";
import { isDescribed, sentenceOf, tagsOf, wears } from "./ownership.ts";

const owner = { deployment: "Example.org", component: "proxmox-vm/snac" };
const wearer = { name: "snac-example-org-5b0c1d" };
const vm = (vmid: number, more: object) =>
  Resource.parse({ type: "qemu", id: `qemu/${String(vmid)}`, vmid, node: "pve1", ...more });

test("tags are such as Proxmox takes, in lower case", () => {
  const tags = tagsOf({ ...wearer, apart: "Blue team!" }, owner);
  assert.deepEqual(tags, ["fediversity", "example.org", "snac-example-org-5b0c1d", "apart-blue-team-"]);
  for (const tag of tags) assert.match(tag, /^[a-z0-9_][a-z0-9_\-+.]*$/);
});

test("a machine is known by the product's tag and its own name, whatever other tags and separators there are", () => {
  assert.ok(wears(vm(100, { tags: "Theirs;fediversity;SNAC-example-org-5b0c1d" }), wearer));
  assert.ok(wears(vm(100, { tags: "fediversity,snac-example-org-5b0c1d" }), wearer));
  assert.ok(!wears(vm(100, { tags: "snac-example-org-5b0c1d" }), wearer));
  assert.ok(!wears(vm(100, { tags: "fediversity;snac-example-org-000000" }), wearer));
  assert.ok(
    !wears(vm(9000, { tags: "fediversity;snac-example-org-5b0c1d", template: 1 }), wearer),
    "a template is no machine",
  );
});

test("without tags it is known by the sentence in its description, of this deployment and component alone", () => {
  const description = `${sentenceOf(wearer, owner)}\n\nSomebody's own notes\n`;
  assert.ok(isDescribed({ description }, wearer, owner));
  assert.ok(!isDescribed({ description }, wearer, { ...owner, deployment: "example.net" }));
  assert.ok(!isDescribed({}, wearer, owner));
});

test("two with the same tags are refused; an adopted machine is found by name or number until it has its tags", () => {
  const tags = "fediversity;snac-example-org-5b0c1d";
  assert.throws(
    () => findTagged([vm(100, { tags }), vm(101, { tags })], wearer),
    (error) => error instanceof Failure && error.code === "proxmox-ambiguous",
  );
  const list = [vm(150, { name: "old-snac" }), vm(151, { name: "another" })];
  assert.equal(findTagged(list, { ...wearer, adopt: "old-snac" })?.vmid, 150);
  assert.equal(findTagged(list, { ...wearer, adopt: "151" })?.vmid, 151);
  assert.equal(findTagged([...list, vm(152, { tags })], { ...wearer, adopt: "old-snac" })?.vmid, 152);
  assert.equal(findTagged(list, wearer), undefined);
});
