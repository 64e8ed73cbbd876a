import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { secret } from "../../model/reference.ts";
import type { System } from "../../system/system.ts";
import { offer } from "../environments/offer.ts";
import { contentOf, failureOf, fulfilled, here, linesOf, there } from "../testing/fulfilled.ts";
import { objectStorage } from "./object-storage.ts";

type Policy = Extract<z.input<typeof objectStorage.policy>, { kind: "garage" }>;
type Nodes = NonNullable<Policy["nodes"]>;

const three: Nodes = { here: { zone: "attic" }, there: { capacity: 5_000_000 }, far: {} };

function cluster(policy: Partial<Policy> = {}, from = here) {
  const media = { name: "media", request: { description: "pictures", host: "media.app.example.org" }, from };
  const whole = { kind: "garage" as const, capacity: 2_000_000, nodes: three, replication: 3, ...policy };
  return fulfilled(objectStorage, whole, [media]);
}

const folder = "/etc/fediversity/garage";
const toml = "/etc/fediversity/containers/garage-server/etc/garage.toml";
const rules = "/etc/fediversity/restricted-ports/garage.nft";
const layoutOf = (system: System): unknown => JSON.parse(contentOf(system, `${folder}/layout.json`));
const [hereAt, thereAt] = ["203.0.113.7", "203.0.113.8"];
const far = "{local-machine/far address}";

test("every node has a Garage that the other nodes alone reach; names and buckets are at the entry", () => {
  const { system, elsewhere } = cluster();
  assert.deepEqual(Object.keys(elsewhere), ["far", "there"]);
  for (const [name, one, address, others] of [
    ["here", system, hereAt, [far, thereAt]],
    ["there", elsewhere["there"], thereAt, [far, hereAt]],
    ["far", elsewhere["far"], far, [hereAt, thereAt]],
  ] as const) {
    assert.ok(one);
    const lines = contentOf(one, toml).split("\n");
    for (const line of [
      "replication_factor = 3",
      'rpc_bind_addr = "0.0.0.0:3901"',
      `rpc_public_addr = "${address}:3901"`,
      'api_bind_addr = "127.0.0.1:3900"',
      'bind_addr = "127.0.0.1:3902"',
      'api_bind_addr = "127.0.0.1:3903"',
    ]) {
      assert.ok(lines.includes(line), `${name}: ${line}`);
    }
    assert.doesNotMatch(contentOf(one, toml), /consistency_mode/);
    const allowed = [...contentOf(one, rules).matchAll(/ip saddr (.+) tcp dport 3901 accept/g)].map(
      ([, found]) => found,
    );
    assert.deepEqual(allowed, others, name);
    assert.match(contentOf(one, rules), /\n {4}tcp dport 3901 reject/);
    assert.equal(one.directories["/srv/fediversity/garage"]?.data, "objects of all buckets");
    const identity = one.units["garage-identity.service"];
    assert.deepEqual(identity?.credentials, { "node-key": secret(`garage/node-${name}`) });
    assert.ok(linesOf(one, "garage-server.container").includes("Requires=garage-identity.service"));
    assert.equal("garage-buckets.service" in one.units, name === "here");
    assert.equal("caddy.service" in one.units, name === "here");
  }
});

test("nothing of a node's Garage changes when others come, go or grow, so that none is started anew", () => {
  const unit = (nodes: Nodes): unknown => {
    const { quadlets, files } = cluster({ nodes }).elsewhere["there"] as System;
    return {
      quadlets,
      files: Object.keys(files)
        .filter((path) => path !== rules)
        .map((path) => files[path]),
    };
  };
  assert.deepEqual(unit({ ...three, more: {}, there: { capacity: 7_000_000, zone: "cellar" } }), unit(three));
});

test("one step at the entry makes the layout, with ids that are known before there is a machine", () => {
  const { system, secrets } = cluster();
  assert.deepEqual(layoutOf(system), {
    admin: "http://127.0.0.1:3903",
    replication: 3,
    nodes: [
      { name: "far", zone: "far", capacity: 2_000_000, state: "here" },
      { name: "here", zone: "attic", capacity: 2_000_000, state: "here" },
      { name: "there", zone: "there", capacity: 5_000_000, state: "here" },
    ],
  });
  assert.equal(contentOf(system, `${folder}/peers`), `far ${far}:3901\nthere ${thereAt}:3901\n`);
  const step = linesOf(system, "garage-layout.service");
  assert.ok(
    step.includes(`ExecStart=/bin/sh ${folder}/layout.sh ${folder}/layout.json ${folder}/peers ${folder}/layout.jq`),
  );
  assert.deepEqual(Object.keys(system.units["garage-layout.service"]?.credentials ?? {}).toSorted(), [
    ...["admin-header", "node-far", "node-here", "node-there"],
  ]);
  assert.ok(linesOf(system, "garage-buckets.service").includes("Requires=garage-server.service garage-layout.service"));
  assert.deepEqual(JSON.parse(contentOf(system, `${folder}/buckets.json`)), {
    admin: "http://127.0.0.1:3903",
    buckets: [{ bucket: "app-media", host: "media.app.example.org", quota: null, cors: true }],
  });
  assert.deepEqual(secrets["garage/node-there"], {
    origin: "key",
    type: "ed25519",
    permanent: "the others know the node and what it holds by it",
  });
  assert.deepEqual(secrets["garage/node-there-id"], { origin: "public-key", of: "garage/node-there" });
});

test("the entry is healthy when enough nodes are there; another node when its Garage answers at all", () => {
  const { system, elsewhere } = cluster();
  assert.equal(system.health["garage"]?.kind, "http");
  const check = elsewhere["there"]?.health["garage"];
  assert.ok(check?.kind === "command");
  assert.doesNotMatch(check.command.join(" "), /--fail/);
});

test("a machine that is no node may be the entry: it stores nothing", () => {
  const { system, elsewhere } = cluster({ nodes: { there: {}, far: {} }, replication: 2 });
  assert.deepEqual((layoutOf(system) as { nodes: unknown[] }).nodes[1], {
    ...{ name: "here", zone: "here", capacity: null, state: "here" },
  });
  assert.deepEqual(Object.keys(elsewhere), ["far", "there"]);
});

test("a node that leaves is reached until it is empty, and its machine does not go before the entry has looked", () => {
  const nodes: Nodes = { ...three, last: { state: "leaving" } };
  const { system, elsewhere } = cluster({ nodes });
  assert.ok(elsewhere["last"]);
  assert.deepEqual((layoutOf(system) as { nodes: unknown[] }).nodes[2], {
    ...{ name: "last", zone: "last", capacity: 2_000_000, state: "leaving" },
  });
  assert.match(contentOf(system, `${folder}/peers`), /^last \{machine\/last address\}:3901$/m);
  assert.match(contentOf(system, rules), /saddr \{local-machine\/last address\}/);
});

test("where an application is on a node that leaves, neither waits for the other", () => {
  const { system, bindings } = cluster({ nodes: { ...three, there: { state: "leaving" }, more: {} } }, there);
  assert.match(contentOf(system, `${folder}/peers`), /^there 203\.0\.113\.8:3901$/m);
  assert.equal(bindings[0]?.mapping, "s3.example.org:203.0.113.7");
});

test("an entry that leaves goes on answering and stores nothing", () => {
  const { system } = cluster({ nodes: { ...three, more: {}, here: { state: "leaving" } } });
  assert.match(contentOf(system, `${folder}/layout.json`), /"capacity": null,\s+"name": "here",\s+"state": "here"/);
});

test("a node that is lost is not deployed to, and the others let nobody in from there", () => {
  const { system, elsewhere, secrets } = cluster({ nodes: { ...three, more: {}, there: { state: "lost" } } });
  assert.deepEqual(Object.keys(elsewhere), ["far", "more"]);
  assert.doesNotMatch(contentOf(system, `${folder}/peers`) + contentOf(system, rules), /there|203\.0\.113\.8/);
  assert.match(contentOf(system, `${folder}/layout.json`), /"state": "lost"/);
  assert.ok(secrets["garage/node-there-id"]);
  const report = failureOf(() => cluster({ nodes: { ...three, more: {}, here: { state: "lost" } } }));
  assert.deepEqual([report.code, report.subject], ["entry-lost", "machine here"]);
});

test("Garage's other modes of consistency are handed on; addresses of IPv6 stand in brackets", () => {
  assert.match(contentOf(cluster({ consistency: "degraded" }).system, toml), /^consistency_mode = "degraded"$/m);
  const six = { name: "six", address: "2001:db8::6" };
  const policy = { kind: "garage" as const, nodes: { six: {}, there: {} }, replication: 2 };
  const { system, elsewhere } = fulfilled(objectStorage, policy, [{ name: "m", request: { description: "m" } }], six);
  assert.match(contentOf(system, toml), /rpc_bind_addr = "\[::\]:3901"\nrpc_public_addr = "\[2001:db8::6\]:3901"/);
  assert.match(contentOf(elsewhere["there"] as System, rules), /ip6 saddr 2001:db8::6 tcp dport 3901/);
});

test("a node known by a host name is refused, since a packet filter knows addresses alone", () => {
  const named = { name: "named", address: "objects.example.net" };
  const policy = { kind: "garage" as const, nodes: { named: {}, there: {} }, replication: 2 };
  const report = failureOf(() =>
    fulfilled(objectStorage, policy, [{ name: "m", request: { description: "m" } }], named),
  );
  assert.deepEqual([report.code, report.subject], ["address-needed", "objects.example.net"]);
});

test("a cluster of one is ready for others, and its copies are counted", () => {
  const { system, elsewhere } = cluster({ nodes: { here: {} }, replication: 1 });
  assert.deepEqual(elsewhere, {});
  assert.match(contentOf(system, toml), /replication_factor = 1/);
  for (const [nodes, there] of [
    [{ here: {}, there: {} }, "are 2"],
    [{ here: {}, there: {}, far: { state: "leaving" } }, "are 2"],
    [undefined, "are 0"],
  ] as const) {
    const report = failureOf(() => offer(objectStorage, { kind: "garage", replication: 3, ...(nodes && { nodes }) }));
    assert.equal(report.code, "policy-invalid");
    assert.match(
      report.failures?.[0]?.found ?? JSON.stringify(report),
      new RegExp(`at least 3 nodes .* there ${there}`),
    );
  }
  assert.equal(failureOf(() => offer(objectStorage, { kind: "garage", nodes: {} })).code, "policy-invalid");
});
