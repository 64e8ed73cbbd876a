import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { defineApplication } from "../../model/application.ts";
import { createEvaluator, evaluate } from "../../model/evaluate.ts";
import type { System } from "../../system/system.ts";
import { componentTypes } from "../components/component-types.ts";
import { defineEnvironment } from "./define-environment.ts";
import { local } from "./local.ts";
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
