import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { z } from "zod";
import { type Application, defineApplication } from "../model/application.ts";
import type { Environment } from "../model/environment.ts";
import { createEvaluator, evaluate, type Evaluation } from "../model/evaluate.ts";
import { canonicalJson } from "../model/json.ts";
import { defineResource } from "../system/resource.ts";
import { cowsay } from "./applications/cowsay.ts";
import { hello } from "./applications/hello.ts";
import { componentTypes } from "./components/component-types.ts";
import { defineEnvironment } from "./environments/define-environment.ts";
import { hosts } from "./environments/hosts.ts";
import { local } from "./environments/local.ts";
import { nameOutside } from "./environments/on-demand.ts";
import type { MachineSource } from "./environments/machine-source.ts";
import { offer, type Offer } from "./environments/offer.ts";
import { machinePerApplication, oneMachine, type Placement } from "./environments/placement.ts";
import { loginShell } from "./resources/login-shell.ts";

const applications = [cowsay, hello];
const document = {
  domain: "example.org",
  initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
  applications: { hello: { enable: true }, cowsay: { enable: true } },
};

const shell = { shell: offer(loginShell, { username: "operator" }) };

function environment(options: {
  readonly placement: Placement;
  readonly machines: MachineSource;
  readonly offers?: { readonly [name: string]: Offer };
}): Environment {
  return defineEnvironment({ name: "example", offers: shell, ...options });
}

function evaluated(options: {
  readonly environment: Environment;
  readonly document?: unknown;
  readonly applications?: readonly Application[];
}): Evaluation {
  return evaluate(createEvaluator({ applications, componentTypes, ...options }), options.document ?? document);
}

const operator = {
  description: "Operator",
  home: "/home/operator",
  shell: "/bin/bash",
  groups: [],
  authorizedKeys: [],
};
const empty = { files: {}, images: {}, units: {}, quadlets: {}, ports: {} };
const operatorHome = {
  "/home/operator": { mode: "0750", owner: "operator", group: "operator", data: "home of operator" },
};
const greets = { "hello-greets": { kind: "command", command: ["/usr/bin/hello"], deadline: 30 } };
const speaks = { "cowsay-speaks": { kind: "command", command: ["/usr/games/cowsay", "moo"], deadline: 30 } };
const account = { users: { operator }, directories: operatorHome, ...empty };
const systems = {
  hello: { packages: ["hello"], ...account, health: greets },
  cowsay: { packages: ["cowsay"], ...account, health: speaks },
  both: { packages: ["cowsay", "hello"], ...account, health: { ...speaks, ...greets } },
};

/** The components that the source `hosts` gives for a machine. */
function onHost(name: string, address: string, system: object): object {
  const connection = { address, port: 22, user: "root" };
  return { [`machine/${name}`]: { type: "machine", inputs: { connection, system } } };
}

/** The components that the source `local` gives for a machine. */
function onLocal(name: string, system: object): object {
  const path = `local-machine/${name}`;
  const connection = {
    address: { $output: path, path: "address" },
    hostKeys: { $output: path, path: "hostKeys" },
    identityFile: { $output: path, path: "identityFile" },
    port: 22,
    user: "root",
  };
  return {
    [path]: { type: "local-machine", inputs: { name: nameOutside(name, "example.org") } },
    [`machine/${name}`]: { type: "machine", inputs: { connection, system } },
  };
}

test("a configuration gives exactly this deployment, for each placement with each machine source", () => {
  const cases: readonly [Placement, MachineSource, object][] = [
    [oneMachine, hosts(["203.0.113.7"]), onHost("machine", "203.0.113.7", systems.both)],
    [oneMachine, hosts({ machine: "203.0.113.7" }), onHost("machine", "203.0.113.7", systems.both)],
    [oneMachine, local(), onLocal("machine", systems.both)],
    [
      machinePerApplication,
      hosts({ hello: "hello.example.net", cowsay: "2001:db8::7" }),
      {
        ...onHost("hello", "hello.example.net", systems.hello),
        ...onHost("cowsay", "2001:db8::7", systems.cowsay),
      },
    ],
    [machinePerApplication, local(), { ...onLocal("hello", systems.hello), ...onLocal("cowsay", systems.cowsay) }],
  ];
  for (const [placement, machines, components] of cases) {
    assert.deepEqual(
      evaluated({ environment: environment({ placement, machines }) }),
      { deployment: { name: "example.org", environment: "example", components, secrets: {} }, given: {} },
      `${placement.name} × ${machines.name}`,
    );
  }
});

test("a placement of the hosting provider's own is a function", () => {
  const { deployment } = evaluated({
    environment: environment({
      placement: ({ application }) => (application === "hello" ? "north" : "south"),
      machines: hosts({ north: "203.0.113.1", south: { address: "203.0.113.2", port: 2222, user: "admin" } }),
    }),
  });
  assert.deepEqual(deployment.components["machine/south"]?.inputs["connection"], {
    address: "203.0.113.2",
    port: 2222,
    user: "admin",
  });
  assert.deepEqual(deployment.components["machine/north"]?.inputs["system"], systems.hello);
});

test("a disabled application leaves no trace", () => {
  const target = environment({ placement: machinePerApplication, machines: local() });
  const expected = onLocal("hello", systems.hello);
  for (const cowsay of [{ enable: false }, {}, undefined]) {
    const { deployment } = evaluated({
      environment: target,
      document: { ...document, applications: { hello: { enable: true }, cowsay } },
    });
    assert.deepEqual(deployment.components, expected);
    assert.ok(!JSON.stringify(deployment).includes("cowsay"));
  }
  for (const none of [
    { ...document, applications: {} },
    { ...document, applications: undefined },
  ]) {
    assert.deepEqual(evaluated({ environment: target, document: none }).deployment.components, {});
  }
});

/** The same value with the keys of every object in another order. */
function reordered(value: unknown, order: (keys: readonly string[]) => readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  const members = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(members)).map((key) => [key, reordered(members[key], order)]));
}

/** A resource that shows in which order it is asked. */
const roster = defineResource({
  name: "roster",
  description: "Lists who asks",
  request: z.strictObject({}),
  policy: z.strictObject({}),
  binding: z.strictObject({}),
  apply: ({ requests }) => ({
    bindings: requests.map(() => ({})),
    system: { files: { "/etc/roster": { content: requests.map(({ application }) => application).join() } } },
  }),
});

const listed = ["zebra", "ant", "bee"].map((name) =>
  defineApplication({
    name,
    description: name,
    options: z.object({}),
    implementation: ({ request, secret }) => {
      request(roster, "roster", {});
      secret("key", { format: "hex", length: 32 });
    },
  }),
);

test("evaluation is deterministic and depends on no order, to the byte", () => {
  const offers = {
    shell: offer(loginShell, { username: "operator" }),
    admin: offer(loginShell, { username: "admin", wheel: true }),
    other: offer(loginShell, { username: "other" }),
    roster: offer(roster, {}),
  };
  const all = [...applications, ...listed];
  const switchedOn = Object.fromEntries(all.map(({ name }) => [name, { enable: true }]));
  const given = { ...document, applications: switchedOn };
  const expected = JSON.stringify(
    evaluated({
      environment: environment({ placement: oneMachine, machines: local(), offers }),
      applications: all,
      document: given,
    }),
  );
  assert.ok(expected.includes('"ant,bee,zebra"'));
  assert.ok(expected.includes('"admin"'), "of several offers that admit a request the first by name fulfils it");
  fc.assert(
    fc.property(
      fc.shuffledSubarray(all, { minLength: all.length }),
      fc.shuffledSubarray(Object.keys(offers), { minLength: 4 }),
      fc.infiniteStream(fc.nat()),
      (shuffledApplications, offerNames, numbers) => {
        const order = (keys: readonly string[]): readonly string[] =>
          keys
            .map((key) => ({ key, at: (numbers.next().value as number | undefined) ?? 0 }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ key }) => key);
        const shuffledOffers = Object.fromEntries(
          offerNames.map((name) => [name, offers[name as keyof typeof offers]]),
        );
        const result = evaluated({
          environment: environment({ placement: oneMachine, machines: local(), offers: shuffledOffers }),
          document: reordered(given, order),
          applications: shuffledApplications,
        });
        assert.equal(JSON.stringify(result), expected);
        assert.equal(canonicalJson(result.deployment), canonicalJson((JSON.parse(expected) as Evaluation).deployment));
      },
    ),
    { numRuns: 50 },
  );
});

test("two machines of a placement cannot be one host", () => {
  assert.throws(
    () =>
      evaluated({ environment: environment({ placement: machinePerApplication, machines: hosts(["203.0.113.7"]) }) }),
    {
      code: "machine-shared",
      message: "machines cowsay and hello: the machine source gives the same machine for both",
    },
  );
});

test("a machine that the source does not have is named, with the nearest one", () => {
  for (const [given, message] of [
    [{ hallo: "203.0.113.1", cowsay: "203.0.113.2" }, `; is "hallo" meant?`],
    [{ cowsay: "203.0.113.2" }, ""],
  ] as const) {
    const target = environment({ placement: machinePerApplication, machines: hosts(given) });
    assert.throws(() => evaluated({ environment: target }), {
      code: "machine-unknown",
      message: `machine hello: the machine source hosts has no machine of this name${message}`,
    });
  }
  const constructors = environment({ placement: () => "constructor", machines: hosts({}) });
  assert.throws(() => evaluated({ environment: constructors }), { code: "machine-unknown" });
});

test("a placement that gives no host name is refused", () => {
  for (const name of ["", "-a", "a.b", "Hello", "a b", "a\nb", "a".repeat(64), "../x"]) {
    const target = environment({ placement: () => name, machines: local() });
    assert.throws(() => evaluated({ environment: target }), {
      code: "placement-invalid",
      message: `application cowsay: the placement gives ${JSON.stringify(name)}, which is not a host name`,
    });
  }
});

test("an address that ssh would take for an option is refused", () => {
  const target = environment({ placement: oneMachine, machines: hosts(["-oProxyCommand=reboot"]) });
  assert.throws(
    () => evaluated({ environment: target }),
    (error: { report?: { failures?: unknown } }) => {
      assert.deepEqual(error.report?.failures, [
        {
          code: "invalid-value",
          attempted: "check inputs",
          subject: "connection.address",
          found: "expected a host name or an IP address",
          next: "Correct the value.",
        },
      ]);
      return true;
    },
  );
});
