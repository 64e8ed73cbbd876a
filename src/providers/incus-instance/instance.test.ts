import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, creation, findInstance, marks } from "./instance.ts";
import { chooseApart } from "./choose-target.ts";
import { parameterAtFault, readAnswer, refusal } from "./answer.ts";
import { owner, there, wanted } from "./testing/wanted.ts";

const hostKey = { private: "PRIVATE", public: "ssh-ed25519 AAAAhost" };

test("the request that makes an instance says whose it is, how big, and what it is told at its first boot", () => {
  const body = creation(owner, wanted({ apart: "fediverse", nic: { parent: "br0", vlan: 7 } }), hostKey) as {
    readonly config: Readonly<Record<string, string>>;
    readonly devices: object;
    readonly source: object;
  };
  assert.deepEqual(body.source, { type: "image", alias: "debian" });
  assert.equal(body.config[marks.deployment], "example.org");
  assert.equal(body.config[marks.hostKey], hostKey.public);
  assert.equal(body.config[marks.apart], "fediverse");
  assert.match(body.config["cloud-init.user-data"] ?? "", /^#cloud-config\n[^]*PRIVATE/);
  assert.equal(body.config["cloud-init.network-config"], undefined);
  assert.deepEqual(body.devices, {
    root: { type: "disk", path: "/", pool: "default", size: "10GiB" },
    eth0: { type: "nic", name: "eth0", nictype: "bridged", parent: "br0", vlan: "7" },
  });
});

test("fixed addresses are given to the interface as the kind of instance calls it", () => {
  const firstBoot = { ...wanted().firstBoot, network: { addresses: ["203.0.113.7/24"] } };
  for (const [kind, name] of [
    ["container", "eth0"],
    ["virtual-machine", "enp5s0"],
  ] as const) {
    const inputs = wanted({ kind, firstBoot });
    const { config } = creation(owner, inputs, hostKey) as { config: Record<string, string> };
    const network = JSON.parse(config["cloud-init.network-config"] ?? "") as { ethernets: object };
    assert.deepEqual(network.ethernets, { [name]: { addresses: ["203.0.113.7/24"] } });
    assert.equal(addressOf(there({ state: null }), inputs), "203.0.113.7");
  }
});

test("the address is a global one of our interface, by its hardware's address, and IPv4 where there is one", () => {
  assert.equal(addressOf(there(), wanted()), "10.0.0.5");
  assert.equal(addressOf(there({ state: { network: null } }), wanted()), undefined);
  const network = { eth0: { hwaddr: "00:16:3e:00:00:01", addresses: [] } };
  assert.equal(addressOf(there({ state: { network } }), wanted()), undefined);
});

test("an instance is found by whose it is, then by its name", () => {
  const renamed = there({ name: "renamed" });
  const same = there({ settings: { [marks.component]: "incus-instance/other" } });
  assert.equal(findInstance([same, renamed], owner, wanted()), renamed);
  assert.equal(findInstance([same], owner, wanted()), same);
  assert.equal(findInstance([same], owner, wanted({ adopt: "old-box" })), undefined);
});

test("machines that are to be apart are put where the fewest of their group are", () => {
  const members = ["one", "two", "three"].map((name) => ({ server_name: name, status: "Online", groups: ["all"] }));
  const inputs = wanted({ apart: "fediverse" });
  const alike = (location: string) => there({ location, settings: { [marks.apart]: "fediverse" } });
  assert.equal(chooseApart(members, [], inputs, []), "one");
  assert.equal(chooseApart(members, [alike("one")], inputs, ["three"]), "two");
  assert.equal(chooseApart(members, [alike("one"), there({ location: "two" })], inputs, []), "three");
  const [one, ...others] = members.map((member) => ({ ...member, status: "Offline" }));
  assert.equal(chooseApart(one === undefined ? [] : [one, ...others], [], inputs, []), undefined);
  assert.equal(chooseApart(members, [], wanted({ apart: "fediverse", target: { group: "other" } }), []), undefined);
  assert.equal(chooseApart(members, [], wanted({ apart: "fediverse", target: { member: "two" } }), []), "two");
});

test("Incus's words are kept, and the parameter at fault is named", () => {
  const body = creation(owner, wanted({ config: { "limits.nonsense": "1" }, profiles: ["lab"] }), hostKey);
  const cases: readonly (readonly [words: string, parameter: string | undefined])[] = [
    ['Invalid config: Unknown configuration key: "limits.nonsense"', "config limits.nonsense"],
    ["Failed loading storage pool: Storage pool not found: default", "pool of the device root"],
    ['Device validation failed for "eth0": Parent device "br0" doesn\'t exist', "parent of the device eth0"],
    ['Invalid devices: Device validation failed for "eth0": bad', "device eth0"],
    ["Image alias 'debian' not found", "image alias"],
    ['Requested profile "lab" doesn\'t exist', "profiles"],
    ["Cluster group doesn't exist", "target"],
    ["Something else", undefined],
  ];
  for (const [words, parameter] of cases) assert.equal(parameterAtFault(words, body), parameter, words);
  const request = { method: "POST", path: "/1.0/instances", body };
  const failure = refusal("https://one", request, { code: 400, words: cases[0]?.[0] ?? "" }, "make the instance");
  assert.match(failure.report.found, /^Incus answered: Invalid config: .* \(parameter: config limits\.nonsense\)$/);
  assert.equal(
    refusal("https://one", request, { code: 403, words: "Certificate is restricted" }, "x").code,
    "incus-forbidden",
  );
});

test("answers of all three kinds, and what is no answer of Incus", () => {
  const sync = { type: "sync", status_code: 200, metadata: [1], operation: "" };
  assert.deepEqual(readAnswer(200, JSON.stringify(sync)), { type: "sync", metadata: [1] });
  const started = { type: "async", operation: "/1.0/operations/x?project=p", metadata: {} };
  assert.deepEqual(readAnswer(202, JSON.stringify(started)), { ...started });
  const error = { type: "error", error: "not found", error_code: 404 };
  assert.deepEqual(readAnswer(404, JSON.stringify(error)), { type: "error", code: 404, words: "not found" });
  assert.equal(readAnswer(502, "<html>").type, "error");
});
