import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { bytesOf, compareInstance, refuseForeign } from "./compare-instance.ts";
import { marks } from "./instance.ts";
import { owner, there, wanted } from "./testing/wanted.ts";

const bigger = { size: { cores: 4, memory: 2048, disk: 20 } };

function refusal(work: () => void): string {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return `${error.code}: ${error.report.found}`;
    throw error;
  }
  return "none";
}

test("an instance that is as it should be needs nothing", () => {
  const { changes, drift, patch, start, restart, replace } = compareInstance(there(), owner, wanted(), wanted());
  assert.deepEqual([changes, drift, patch], [[], [], { config: {}, devices: {} }]);
  assert.deepEqual([start, restart, replace], [false, false, false]);
});

test("sizes grow while a container runs, and with a boot of a virtual machine", () => {
  const grown = compareInstance(there(), owner, wanted(bigger), wanted());
  assert.deepEqual(grown.patch.config, { "limits.cpu": "4", "limits.memory": "2048MiB" });
  assert.equal(grown.patch.devices["root"]?.["size"], "20GiB");
  assert.deepEqual(
    grown.changes.map(({ what, detail }) => [what, detail?.[0]]),
    [
      ["limits.cpu", "2 → 4"],
      ["limits.memory", "1024MiB → 2048MiB"],
      ["disk", "10GiB → 20GiB"],
    ],
  );
  assert.deepEqual([grown.drift, grown.restart], [[], false]);
  const kind = { kind: "virtual-machine" };
  const machine = compareInstance(there({ type: "virtual-machine" }), owner, wanted({ ...bigger, ...kind }), undefined);
  assert.equal(machine.restart, true);
  assert.equal(machine.changes.at(-1)?.verb, "restart");
});

test("a disk that would have to shrink is refused in words", () => {
  const smaller = wanted({ size: { cores: 2, memory: 1024, disk: 5 } });
  assert.match(
    refusal(() => compareInstance(there(), owner, smaller, wanted())),
    /^disk-shrink: its disk has 10GiB, and 5GiB are wanted/,
  );
});

test("what differs from the last apply is drift", () => {
  const changed = there({ settings: { "limits.cpu": "8" } });
  assert.deepEqual(compareInstance(changed, owner, wanted(), wanted()).drift, ["limits.cpu is 8, not 2"]);
  const stopped = compareInstance(there({ status: "Stopped" }), owner, wanted(), wanted());
  assert.deepEqual([stopped.drift, stopped.start], [["the instance is stopped"], true]);
});

test("what was kept is started, and is not kept any more", () => {
  const kept = there({ status: "Stopped", settings: { [marks.kept]: "2026-01-02T03:04:05Z" } });
  const { changes, drift, patch, start } = compareInstance(kept, owner, wanted(), undefined);
  assert.deepEqual([drift, start, patch.config], [[], true, { [marks.kept]: "" }]);
  assert.deepEqual(changes[0]?.detail, ["with the data that was kept on 2026-01-02T03:04:05Z"]);
});

test("what may hold data is never made anew; other instances are, and the plan says so", () => {
  const other = wanted({ kind: "virtual-machine", pool: "fast" });
  const words = refusal(() => compareInstance(there(), owner, other, wanted()));
  assert.match(
    words,
    /^instance-protected: .*it is a container, and a virtual-machine is wanted; its disk is in the pool/,
  );
  const replaced = compareInstance(there(), owner, wanted({ ...other, protected: false }), wanted());
  assert.equal(replaced.replace, true);
  assert.deepEqual(
    replaced.changes.map(({ verb }) => verb),
    ["remove", "add"],
  );
});

test("another image is for instances that hold nothing", () => {
  const image = { image: { alias: "debian-newer" } };
  assert.deepEqual(compareInstance(there(), owner, wanted(image), wanted()).changes, []);
  assert.equal(compareInstance(there(), owner, wanted({ ...image, protected: false }), wanted()).replace, true);
});

test("the member of an instance that does not answer is named", () => {
  const words = refusal(() => {
    refuseForeign({ ...there({ status: "Error" }), config: {} }, owner, {});
  });
  assert.match(words, /^member-offline: the cluster member one /);
});

test("instances of others are left alone, and one that is named is taken over", () => {
  const foreign = there({ settings: { [marks.deployment]: "example.net" } });
  assert.match(
    refusal(() => refuseForeign(foreign, owner, {})),
    /instance-foreign: it belongs to incus-instance\/snac of the deployment example.net/,
  );
  const { [marks.deployment]: _one, [marks.component]: _other, ...config } = there().config;
  const nobodys = there();
  const unmarked = { ...nobodys, name: "old-box", config };
  assert.match(
    refusal(() => refuseForeign(unmarked, owner, {})),
    /instance-foreign: .*Fediversity did not make it/,
  );
  refuseForeign(unmarked, owner, { adopt: "old-box" });
  const { changes, patch } = compareInstance(unmarked, owner, wanted({ adopt: "old-box" }), undefined);
  assert.deepEqual(changes[0]?.detail, ["taken over by example.org"]);
  assert.equal(patch.config[marks.component], owner.component);
});

test("sizes in Incus's units", () => {
  assert.deepEqual(["10GiB", "10GB", "5", "x", undefined].map(bytesOf), [
    10_737_418_240,
    1e10,
    5,
    undefined,
    undefined,
  ]);
});
