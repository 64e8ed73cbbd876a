import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { defineApplication } from "../../model/application.ts";
import { createEvaluator, evaluate } from "../../model/evaluate.ts";
import { Failure } from "../../model/failure.ts";
import { join, output, text } from "../../model/reference.ts";
import type { System } from "../../system/system.ts";
import { componentTypes } from "../components/component-types.ts";
import { defineEnvironment } from "./define-environment.ts";
import { defineResource } from "../../system/resource.ts";
import { local } from "./local.ts";
import { offer } from "./offer.ts";
import { oneMachine } from "./placement.ts";

const page = defineApplication({
  name: "page",
  description: "A page",
  options: z.object({}),
  health: () => ({
    slow: { kind: "tcp", port: 80, deadline: 120 },
    fast: { kind: "tcp", port: 81, deadline: 5 },
  }),
  implementation: () => undefined,
});

/** The deadlines of health checks on machines of such an environment. */
function deadlines(healthSeconds: number | undefined): Readonly<Record<string, number>> {
  const environment = defineEnvironment({
    name: "test",
    offers: {},
    placement: oneMachine,
    machines: local(),
    healthSeconds,
  });
  const evaluator = createEvaluator({ applications: [page], componentTypes, environment });
  const { deployment } = evaluate(evaluator, {
    domain: "example.org",
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
    applications: { page: { enable: true } },
  });
  const system = deployment.components["machine/machine"]?.inputs["system"] as unknown as System | undefined;
  return Object.fromEntries(Object.entries(system?.health ?? {}).map(([name, { deadline }]) => [name, deadline]));
}

test("where machines are fast, health checks end sooner; none gets more time than it asks for", () => {
  assert.deepEqual(deadlines(undefined), { "page-fast": 5, "page-slow": 120 });
  assert.deepEqual(deadlines(20), { "page-fast": 5, "page-slow": 20 });
  assert.deepEqual(deadlines(600), { "page-fast": 5, "page-slow": 120 });
});

const spread = defineResource({
  name: "spread",
  description: "Something on several machines that know one another",
  request: z.strictObject({}),
  policy: z.strictObject({ others: z.array(z.string()) }),
  binding: z.strictObject({}),
  apply: ({ policy, machine, machineNamed, requests }) => ({
    bindings: requests.map(() => ({})),
    system: { files: { "/etc/others": { content: join(policy.others.map((name) => machineNamed(name).address)) } } },
    elsewhere: Object.fromEntries(
      policy.others.map((name) => [name, { files: { "/etc/first": { content: text`${machine.address}` } } }]),
    ),
  }),
});

/** What `spread` makes of such a policy. */
function spreadOver(others: readonly string[], placed: readonly string[] = ["one"]): Readonly<Record<string, unknown>> {
  const applications = placed.map((name) =>
    defineApplication({
      name,
      description: "Asks for it",
      options: z.object({}),
      health: () => ({}),
      implementation: ({ request }) => void request(spread, "wide", {}),
    }),
  );
  const environment = defineEnvironment({
    name: "test",
    offers: { spread: offer(spread, { others: [...others] }) },
    placement: ({ application }) => `machine-${application}`,
    machines: local(),
  });
  const { deployment } = evaluate(createEvaluator({ applications, componentTypes, environment }), {
    domain: "example.org",
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
    applications: Object.fromEntries(placed.map((name) => [name, { enable: true }])),
  });
  const machines = Object.entries(deployment.components).filter(([path]) => path.startsWith("machine/"));
  return Object.fromEntries(
    machines.map(([path, { inputs }]) => {
      const files = Object.entries((inputs["system"] as unknown as System).files);
      return [path, Object.fromEntries(files.map(([name, { content }]) => [name, content]))];
    }),
  );
}

test("a resource gives parts for several machines, which come to be by that alone", () => {
  const address = (name: string): object => ({ $text: [output(`local-machine/${name}`, "address")] });
  assert.deepEqual(spreadOver(["left", "right"]), {
    "machine/left": { "/etc/first": address("machine-one") },
    "machine/machine-one": {
      "/etc/others": { $text: [output("local-machine/left", "address"), output("local-machine/right", "address")] },
    },
    "machine/right": { "/etc/first": address("machine-one") },
  });
});

test("parts for another machine merge there, and a conflict names who wants what", () => {
  assert.throws(
    () => spreadOver(["left"], ["one", "two"]),
    (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.report.code, error.report.subject], ["conflict", "file /etc/first"]);
      assert.match(error.report.found, /application one \(request wide\) by resource spread and application two/);
      return true;
    },
  );
  assert.deepEqual(Object.keys(spreadOver(["machine-two"])), ["machine/machine-one", "machine/machine-two"]);
});
