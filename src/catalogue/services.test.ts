import assert from "node:assert/strict";
import { test } from "node:test";
import { isSecret, referencesIn, substitute } from "../model/reference.ts";
import { buildGeneration } from "../system/generation.ts";
import { applications } from "./config.ts";
import { hosts } from "./environments/hosts.ts";
import { local } from "./environments/local.ts";
import type { MachineSource } from "./environments/machine-source.ts";
import { machinePerApplication, oneMachine, type Placement } from "./environments/placement.ts";
import { contentOf, failureOf, linesOf } from "./testing/fulfilled.ts";
import { deployed, offers, spread, systemOf, variablesOf } from "./testing/services.ts";

const all = { mastodon: {}, peertube: {}, pixelfed: {}, snac: {} };
const names = ["databases", "garage", ...Object.keys(all)];
const addresses = Object.fromEntries(names.map((name, index) => [name, `203.0.113.${String(index + 1)}`]));

const places: Readonly<Record<string, readonly [Placement, MachineSource, readonly string[]]>> = {
  "one machine of this computer": [oneMachine, local(), ["machine"]],
  "one machine that exists": [oneMachine, hosts(["203.0.113.7"]), ["machine"]],
  "machines of this computer": [spread, local(), names],
  "machines that exist": [spread, hosts(addresses), names],
};

for (const [place, [placement, machines, expected]] of Object.entries(places)) {
  test(`all services on ${place}: whole, without secrets in the open, and the same every time`, () => {
    const evaluation = deployed(all, { placement, machines });
    const { components, secrets } = evaluation.deployment;
    const found = Object.keys(components).filter((path) => path.startsWith("machine/"));
    assert.deepEqual(
      found,
      expected.map((name) => `machine/${name}`),
    );
    assert.equal(JSON.stringify(deployed(all, { placement, machines })), JSON.stringify(evaluation));

    for (const reference of referencesIn(components)) {
      assert.ok(!("$binding" in reference), JSON.stringify(reference));
      if ("$secret" in reference) assert.ok(Object.hasOwn(secrets, reference.$secret), reference.$secret);
      if ("$output" in reference) assert.ok(Object.hasOwn(components, reference.$output), reference.$output);
    }
    const used = new Set(referencesIn(components).map((one) => ("$secret" in one ? one.$secret : "")));
    for (const [name, declaration] of Object.entries(secrets)) {
      const derived = Object.values(secrets).some((one) => one.origin === "public-key" && one.of === name);
      assert.ok(used.has(name) || derived, `${name} is declared and nobody uses it`);
      if (declaration.origin === "public-key") assert.equal(secrets[declaration.of]?.origin, "key", name);
    }

    for (const name of expected) {
      const system = systemOf(evaluation, name);
      for (const [path, { content, mode, owner }] of Object.entries(system.files)) {
        if (!isSecret(content)) continue;
        assert.ok(mode === undefined || mode.endsWith("00"), `${path} ${mode ?? ""} ${owner}`);
      }
      const open = {
        ...system,
        files: Object.fromEntries(Object.entries(system.files).filter(([, { content }]) => !isSecret(content))),
        units: Object.values(system.units).map(({ sections }) => sections),
      };
      assert.ok(!isSecret(open), name);
    }
  });
}

test("machines are made before what needs their address, and nothing waits for itself", () => {
  const { components } = deployed(all, { placement: spread }).deployment;
  const done = new Set<string>();
  const waiting = new Set<string>();
  const make = (path: string): void => {
    if (done.has(path)) return;
    assert.ok(!waiting.has(path), `${[...waiting].join(" → ")} → ${path}`);
    waiting.add(path);
    for (const reference of referencesIn(components[path])) if ("$output" in reference) make(reference.$output);
    waiting.delete(path);
    done.add(path);
  };
  for (const path of Object.keys(components)) make(path);
});

test("a password of the operator's is in no part of the deployment, and neither is it generated", () => {
  const { deployment, given } = deployed(all, { initialUser: { password: "correct horse battery" } });
  assert.deepEqual(given, { "initial-user/password": "correct horse battery" });
  assert.ok(!JSON.stringify(deployment).includes("horse"));
  assert.deepEqual(deployment.secrets["initial-user/password"], { origin: "given" });
  const without = deployed(all).deployment.secrets["initial-user/password"];
  assert.deepEqual(without, { origin: "generated", format: "alphanumeric", length: 24 });
});

test("what encrypts in an application's database is permanent; whatever only opens or signs can be rotated", () => {
  const { secrets } = deployed(all, { placement: spread }).deployment;
  const permanent = Object.entries(secrets).filter(([, declaration]) => "permanent" in declaration);
  assert.deepEqual(permanent.map(([name]) => name).toSorted(), [
    "mastodon/encryption-deterministic",
    "mastodon/encryption-primary",
    "mastodon/encryption-salt",
    "peertube/secret",
    "pixelfed/app-key",
  ]);
});

test("every machine's system becomes a generation: texts that units and environment files can carry", () => {
  const evaluation = deployed(all, { machines: hosts(["203.0.113.7"]) });
  // What only another component knows: the record's name is that of the record.
  const system = substitute(systemOf(evaluation), (reference) =>
    "$output" in reference ? reference.$output.replace(/^dns-record\//, "") : undefined,
  ) as ReturnType<typeof systemOf>;
  const { files, images } = buildGeneration(
    system,
    () => "1",
    () => `sha256:${"0".repeat(64)}`,
  );
  assert.equal(images.length, 5);
  assert.ok(images.every(({ from }) => from === "deployer"));
  for (const { path, mode, content } of files) {
    if (isSecret(content)) assert.match(mode, /00$/, path);
  }
});

test("the same application talks to its neighbours by loopback, or to where the hosting provider puts them", () => {
  const apart = variablesOf(systemOf(deployed(all, { placement: spread }), "mastodon"), "mastodon-web");
  const together = variablesOf(systemOf(deployed(all)), "mastodon-web");
  assert.deepEqual([together["DB_HOST"], apart["DB_HOST"]], ["127.0.0.1", "{machine/databases address}"]);
  const changed = Object.keys(together).filter((name) => together[name] !== apart[name]);
  assert.deepEqual(changed, ["DB_HOST"], "nothing else depends on the placement");
});

test("databases apart: one server, three applications let in by address, and no unit to wait for", () => {
  const evaluation = deployed(all, { placement: spread, machines: hosts(addresses) });
  const databases = systemOf(evaluation, "databases");
  const rules = contentOf(databases, "/etc/fediversity/restricted-ports/postgresql.nft");
  assert.deepEqual(
    [...rules.matchAll(/saddr (\S+)/g)].map(([, address]) => address),
    ["mastodon", "peertube", "pixelfed"].map((name) => addresses[name]),
  );
  const step = linesOf(systemOf(evaluation, "mastodon"), "mastodon-migrate.container");
  assert.ok(!step.some((line) => /^(?:After|Requires)=(?:postgresql|garage)/.test(line)), step.join("\n"));
  assert.ok(
    linesOf(systemOf(evaluation, "peertube"), "peertube-server.container").includes(
      "AddHost=s3.example.org:{machine/garage address}",
    ),
  );
});

test("what is switched off leaves nothing of it on any machine", () => {
  const { mastodon: _, ...others } = all;
  for (const [placement, machines] of Object.values(places)) {
    const { deployment } = deployed(others, { placement, machines });
    assert.ok(!JSON.stringify(deployment).includes("mastodon"));
  }
});

test("an environment that lacks a resource refuses the application by name", () => {
  const { database: _, ...poorer } = offers;
  const report = failureOf(() => deployed({ snac: {}, mastodon: {} }, { offers: poorer }));
  assert.equal(report.code, "request-refused");
  assert.equal(report.subject, "application mastodon, request db");
  assert.ok(deployed({ snac: {} }, { offers: poorer }));
});

test("a placement that takes a container from its application is refused by name", () => {
  const placement: Placement = ({ application, request }) =>
    request?.resource === "container" ? "elsewhere" : application;
  const report = failureOf(() => deployed({ pixelfed: {} }, { placement }));
  assert.equal(report.code, "placement-apart");
  assert.match(report.subject ?? "", /^application pixelfed, request /);
});

test("what survives is requested, and every service can be looked at", () => {
  for (const application of applications.filter(({ name }) => Object.hasOwn(all, name))) {
    const { deployment } = deployed({ [application.name]: {} }, { placement: machinePerApplication });
    const system = systemOf({ deployment, given: {} }, application.name);
    const kept = Object.entries(system.directories).filter(([, { data }]) => data !== undefined);
    for (const { kind, request } of application.state) {
      const path = {
        bucket: `/srv/fediversity/buckets/${application.name}-${request}`,
        database: `/srv/fediversity/databases/${application.name}_${request}`,
        directory: `/srv/fediversity/${application.name}/${request}`,
      }[kind];
      assert.ok(
        kept.some(([one]) => one === path),
        `${application.name}: ${path}`,
      );
    }
    assert.ok(Object.keys(system.health).some((check) => check.startsWith(`${application.name}-`)));
  }
});
