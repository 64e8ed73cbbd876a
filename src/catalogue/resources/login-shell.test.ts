import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { defineApplication } from "../../model/application.ts";
import { createEvaluator, evaluate } from "../../model/evaluate.ts";
import { Failure, type FailureReport } from "../../model/failure.ts";
import type { System } from "../../system/system.ts";
import { componentTypes } from "../components/component-types.ts";
import { defineEnvironment } from "../environments/define-environment.ts";
import { local } from "../environments/local.ts";
import { type Offer, offer } from "../environments/offer.ts";
import { oneMachine } from "../environments/placement.ts";
import { loginShell } from "./login-shell.ts";

const applications = [true, false].map((wheel) =>
  defineApplication({
    name: wheel ? "admin" : "user",
    description: "Asks for a shell",
    options: z.object({}),
    implementation({ request }) {
      request(loginShell, "shell", { packages: ["hello", wheel ? "htop" : "cowsay"], wheel });
    },
  }),
);

/** The system of one machine with both applications or with one of them. */
function systemOf(offers: { readonly [name: string]: Offer }, enabled = ["admin", "user"]): System {
  const environment = defineEnvironment({ name: "test", offers, placement: oneMachine, machines: local() });
  const { deployment } = evaluate(createEvaluator({ applications, environment, componentTypes }), {
    domain: "example.org",
    initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
    applications: Object.fromEntries(enabled.map((name) => [name, { enable: true }])),
  });
  return deployment.components["machine/machine"]?.inputs["system"] as unknown as System;
}

function failureOf(work: () => unknown): FailureReport {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    return error.report;
  }
  assert.fail("nothing was refused");
}

const shell = offer(loginShell, { username: "operator" });

test("wheel asked for and not granted is refused with application, resource and policy named", () => {
  assert.deepEqual(
    failureOf(() => systemOf({ shell })),
    {
      code: "request-refused",
      attempted: "fulfil the requests of applications",
      subject: "application admin, request shell",
      found: `resource login-shell: the policy of offer "shell" does not grant wheel`,
      next: "Switch the application off, or ask the hosting provider to change the environment's offers.",
    },
  );
  assert.equal(failureOf(() => systemOf({})).found, "this environment does not offer the resource login-shell");
});

test("of several offers the first by name whose policy admits the request fulfils it", () => {
  const wheel = offer(loginShell, { username: "boss", wheel: true });
  const system = systemOf({ shell, wheel });
  assert.deepEqual(
    Object.entries(system.users).map(([name, { groups }]) => [name, groups]),
    [
      ["boss", ["sudo"]],
      ["operator", []],
    ],
  );
  assert.deepEqual(Object.keys(systemOf({ shell: wheel, wheel: shell }).users), ["boss"]);
});

test("one account serves all applications; sudo comes with wheel alone", () => {
  const key = "ssh-ed25519 AAAAC3Nza ada@example.org";
  const offers = { shell: offer(loginShell, { username: "boss", wheel: true, authorizedKeys: [key] }) };
  const boss = { description: "Operator", home: "/home/boss", shell: "/bin/bash", authorizedKeys: [key] };
  const directories = { "/home/boss": { mode: "0750", owner: "boss", group: "boss", data: "home of boss" } };
  const empty = { images: {}, units: {}, quadlets: {}, ports: {}, health: {} };
  assert.deepEqual(systemOf(offers), {
    packages: ["cowsay", "hello", "htop", "sudo"],
    users: { boss: { ...boss, groups: ["sudo"] } },
    directories,
    files: {
      "/etc/sudoers.d/boss": {
        content: "boss ALL=(ALL:ALL) NOPASSWD: ALL\n",
        mode: "0440",
        owner: "root",
        group: "root",
        place: "link",
      },
    },
    ...empty,
  });
  assert.deepEqual(systemOf(offers, ["user"]), {
    packages: ["cowsay", "hello"],
    users: { boss: { ...boss, groups: [] } },
    directories,
    files: {},
    ...empty,
  });
});

test("a policy that does not fit its schema names the place", () => {
  const failure = failureOf(() => offer(loginShell, { username: "Operator", wheel: 1 as unknown as boolean }));
  assert.equal(failure.code, "policy-invalid");
  assert.equal(failure.subject, "policy of resource login-shell");
  assert.deepEqual(
    failure.failures?.map(({ subject, found }) => `${subject ?? ""}: ${found}`),
    [
      "username: expected a user name of lower-case letters, digits, - and _, not beginning with a digit",
      "wheel: expected true or false, found a number",
    ],
  );
});
