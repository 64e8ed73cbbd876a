import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createEvaluator, evaluate, type Evaluator } from "../model/evaluate.ts";
import { isObject } from "../model/json.ts";
import { parse } from "../model/parse.ts";
import { machine } from "./components/machine.ts";
import { componentTypes } from "./components/component-types.ts";
import { applications } from "./config.ts";
import { defineEnvironment } from "./environments/define-environment.ts";
import { hosts } from "./environments/hosts.ts";
import { oneMachine } from "./environments/placement.ts";
import { deployed, offers, secrets, spread } from "./testing/services.ts";

const names = applications.map(({ name }) => name);
const machines = ["machine", "databases", "garage", ...names];
const addresses = Object.fromEntries(machines.map((name, index) => [name, `192.0.2.${String(index + 1)}`]));

/** One that has evaluated nothing yet. */
function fresh(): readonly Evaluator[] {
  return [oneMachine, spread].map((placement) => {
    const environment = defineEnvironment({ name: "test", offers, placement, machines: hosts(addresses), secrets });
    return createEvaluator({ applications, componentTypes, environment });
  });
}

const configuration = fc
  .record({
    domain: fc.constantFrom("example.org", "social.example.net", "a.example"),
    displayName: fc.constantFrom("Ada", "Grace Hopper", "Ünï 🦣"),
    password: fc.option(fc.constant("correct horse battery"), { nil: undefined }),
    enabled: fc.subarray([...names], { minLength: 1 }),
    reversed: fc.boolean(),
  })
  .map(({ domain, displayName, password, enabled, reversed }) => ({
    domain,
    initialUser: {
      ...{ displayName, username: "ada", email: `ada@${domain}` },
      ...(password === undefined ? {} : { password }),
    },
    applications: Object.fromEntries(
      (reversed ? enabled.toReversed() : enabled).map((name) => [name, { enable: true }]),
    ),
  }));

const written = (evaluator: Evaluator, document: unknown): string => JSON.stringify(evaluate(evaluator, document));

test("whatever was evaluated before, and in which order, one configuration gives the same bytes", () => {
  const used = fresh();
  fc.assert(
    fc.property(fc.array(configuration, { minLength: 1, maxLength: 4 }), fc.nat(1), (documents, which) => {
      const first = documents.map((document) => written(used[which] as Evaluator, document));
      const again = documents.toReversed().map((document) => written(used[which] as Evaluator, document));
      assert.deepEqual(again.toReversed(), first);
      assert.deepEqual(
        documents.map((document) => written(fresh()[which] as Evaluator, document)),
        first,
      );
    }),
    { numRuns: 25 },
  );
});

/** The members of a value, and theirs, that somebody could change. */
function changeable(value: unknown): readonly unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return [...(Object.isFrozen(value) ? [] : [value]), ...Object.values(value).flatMap(changeable)];
}

test("nobody can change what evaluation gave, nor through it what the catalogue and the policies hold", () => {
  for (const evaluator of fresh()) {
    const { deployment } = evaluate(evaluator, {
      domain: "example.org",
      initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
      applications: Object.fromEntries(names.map((name) => [name, { enable: true }])),
    });
    assert.deepEqual(changeable(deployment), []);
  }
});

/** Puts something else in one place of a value: the n-th of all members, and the rest as it is. */
function bent(value: unknown, at: { left: number }, change: (value: unknown) => unknown): unknown {
  at.left -= 1;
  if (at.left === 0) return change(value);
  if (Array.isArray(value)) return value.map((one) => bent(one, at, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, bent(one, at, change)]));
}

test("a wrong part of any kind and in any place of a machine's inputs is found as the schema finds it", () => {
  const inputs = Object.values(
    deployed(Object.fromEntries(names.map((name) => [name, {}])), { placement: spread }).deployment.components,
  )
    .filter(({ type }) => type === machine.name)
    .map((component) => component.inputs);
  let refused = 0;
  const changes: readonly ((value: unknown) => unknown)[] = [
    ...[undefined, null, "", "a\nb", -1, 7, true, [], {}, { $secret: "a/b" }].map((other) => () => other),
    (value) => ({ ...(value as object), unknown: 1 }),
    (value) => [value],
  ];
  fc.assert(
    fc.property(
      fc.nat(inputs.length - 1),
      fc.integer({ min: 1, max: 700 }),
      fc.constantFrom(...changes),
      (which, at, change) => {
        const value = bent(inputs[which], { left: at }, change);
        const expected = machine.inputs.safeParse(value);
        const found = parse(machine.inputs, value);
        assert.equal(found.success, expected.success);
        assert.deepEqual(
          found.success ? found.data : found.error.issues,
          expected.success ? expected.data : expected.error.issues,
        );
        if (!found.success) refused += 1;
      },
    ),
    { numRuns: 1500 },
  );
  assert.ok(refused > 300, String(refused));
});
