// What becomes of the requests of applications: bound, refused, in conflict, secret.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { type Application, type ApplicationContext, defineApplication } from "../model/application.ts";
import { createEvaluator, evaluate, type Evaluation } from "../model/evaluate.ts";
import { Failure, type FailureReport } from "../model/failure.ts";
import { PlainText, SecretText, text } from "../model/reference.ts";
import { defineResource, type SystemResource } from "../system/resource.ts";
import type { System, SystemInput } from "../system/system.ts";
import { componentTypes } from "./components/component-types.ts";
import { defineEnvironment } from "./environments/define-environment.ts";
import { local } from "./environments/local.ts";
import { type Offer, offer } from "./environments/offer.ts";
import { oneMachine } from "./environments/placement.ts";

/** Contributes whatever part of a system it is asked for; binds `value` and what it was given as `given`. */
const anything = defineResource({
  name: "anything",
  description: "Any part of a system",
  request: z.strictObject({ part: z.custom<SystemInput>().default({}), given: SecretText.default("") }),
  policy: z.strictObject({}),
  binding: z.strictObject({ value: PlainText, given: SecretText, number: z.int() }),
  apply: ({ requests }) => ({
    bindings: requests.map(({ name, request }) => ({ value: `value of ${name}`, given: request.given, number: 5432 })),
    system: requests.map(({ request }) => request.part),
  }),
});

type Work = (context: ApplicationContext<Record<string, unknown>>) => void;

function application(name: string, implementation: Work): Application {
  return defineApplication({ name, description: `The application ${name}`, options: z.object({}), implementation });
}

const initialUser = { displayName: "Ada", username: "ada", email: "ada@example.org" };

function evaluated(
  works: { readonly [name: string]: Work },
  options: { readonly offers?: { readonly [name: string]: Offer }; readonly password?: string } = {},
): Evaluation {
  const applications = Object.entries(works).map(([name, work]) => application(name, work));
  const offers = { any: offer(anything, {}), ...options.offers };
  const environment = defineEnvironment({ name: "test", offers, placement: oneMachine, machines: local() });
  return evaluate(createEvaluator({ applications, environment, componentTypes }), {
    domain: "example.org",
    initialUser: { ...initialUser, password: options.password },
    applications: Object.fromEntries(applications.map(({ name }) => [name, { enable: true }])),
  });
}

function systemOf({ deployment }: Evaluation): System {
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

const contributes =
  (part: SystemInput): Work =>
  ({ request }) => {
    request(anything, "part", { part });
  };

test("two applications that want one thing differently are both named; what is equal merges", () => {
  const unit = (description: string): SystemInput => ({
    units: { "a.service": { sections: { Unit: { Description: description } } } },
  });
  const cases: readonly [string, SystemInput, SystemInput][] = [
    ["file /etc/a", { files: { "/etc/a": { content: "1" } } }, { files: { "/etc/a": { content: "2" } } }],
    ["user web", { users: { web: {} } }, { users: { web: { shell: "/bin/sh" } } }],
    ["port tcp/80", { ports: { "tcp/80": { owner: "a" } } }, { ports: { "tcp/80": { owner: "b" } } }],
    ["unit a.service", unit("one"), unit("two")],
    ["directory /srv", { directories: { "/srv": {} } }, { directories: { "/srv": { mode: "0700" } } }],
  ];
  for (const [what, one, two] of cases) {
    for (const works of [
      { first: contributes(one), second: contributes(two) },
      { second: contributes(two), first: contributes(one) },
    ]) {
      const first = "application first (request part) by resource anything";
      const second = "application second (request part) by resource anything";
      assert.deepEqual(
        failureOf(() => evaluated(works)),
        {
          code: "conflict",
          attempted: "merge the parts of a system",
          subject: what,
          found: `${first} and ${second} want ${what} with different content`,
          next: "Place the two on different machines, or change an option so that they no longer share it.",
        },
      );
    }
    assert.deepEqual(
      systemOf(evaluated({ first: contributes(one), second: contributes(one) })),
      systemOf(evaluated({ first: contributes(one) })),
    );
  }
});

test("a binding flows into other requests of the application through any number of steps, and numbers become text", () => {
  const system = systemOf(
    evaluated({
      chain: ({ request }) => {
        const first = request(anything, "first", {});
        const second = request(anything, "second", { given: text`[${first.value}]` });
        const third = request(anything, "third", { given: text`${second.given}:${first.number}` });
        const files = { "/etc/a": { content: text`<${third.given}>` }, "/etc/b": { content: text`${first.number}` } };
        request(anything, "last", { part: { files } });
      },
    }),
  );
  assert.equal(system.files["/etc/a"]?.content, "<[value of first]:5432>");
  assert.equal(system.files["/etc/b"]?.content, "5432");
});

test("a member that nothing is bound to is named, with the nearest one", () => {
  for (const [member, near] of [
    ["vlaue", `; is "value" meant?`],
    ["password", ""],
    ["constructor", ""],
    ["__proto__", ""],
  ] as const) {
    const failure = failureOf(() =>
      evaluated({
        wrong: ({ request }) => {
          const bound = request(anything, "one", {}) as unknown as Record<string, string>;
          request(anything, "two", { part: { files: { "/etc/a": { content: bound[member] as string } } } });
        },
      }),
    );
    assert.deepEqual(
      [failure.code, failure.subject, failure.found],
      ["binding-unknown", `wrong/one.${member}`, `nothing is bound there${near}`],
    );
  }
});

test("bindings that depend on each other are refused with the whole circle", () => {
  const failure = failureOf(() =>
    evaluated({
      circle: ({ request }) => {
        const a = request(anything, "a", { given: { $binding: "circle/b", path: "given" } });
        request(anything, "b", { given: text`b of ${a.given}` });
        request(anything, "c", { part: { files: { "/etc/a": { content: a.given } } } });
      },
    }),
  );
  assert.deepEqual(
    [failure.code, failure.subject, failure.found],
    ["binding-cycle", "circle/a.given", "it depends on itself: circle/a.given → circle/b.given → circle/a.given"],
  );
});

const password = "canary-7f3a9c-never-shown";

test("the initial password is a secret of which a deployment has the name alone", () => {
  const works: { readonly [name: string]: Work } = {
    mail: ({ request, initialPassword, initialUser: user }) => {
      assert.ok(!JSON.stringify(user).includes(password));
      const content = text`${user.username}:${initialPassword}\n`;
      request(anything, "part", { part: { files: { "/etc/a": { content } } } });
    },
  };
  const generated = evaluated(works);
  const given = evaluated(works, { password });
  for (const { deployment } of [generated, given]) {
    assert.deepEqual(systemOf({ deployment, given: {} }).files["/etc/a"]?.content, {
      $text: ["ada:", { $secret: "initial-user/password" }, "\n"],
    });
    assert.ok(!JSON.stringify(deployment).includes(password));
  }
  assert.deepEqual(generated.deployment.secrets, {
    "initial-user/password": { origin: "generated", format: "alphanumeric", length: 24 },
  });
  assert.deepEqual(given.deployment.secrets, { "initial-user/password": { origin: "given" } });
  assert.deepEqual(generated.given, {});
  assert.deepEqual(given.given, { "initial-user/password": password });
  const unused = evaluated({ quiet: contributes({}) }, { password });
  assert.deepEqual([unused.deployment.secrets, unused.given], [{}, {}]);
});

test("a secret goes only where not everybody can read, also on a detour through bindings", () => {
  const cases: readonly [(secret: never) => SystemInput, string][] = [
    [
      (secret) => ({ files: { "/etc/a": { content: text`password=${secret}`, mode: "0644" } } }),
      'files["/etc/a"].mode: the content holds a secret, and mode 0644 lets others than the owner read it: write 0600',
    ],
    [
      (secret) => ({ units: { "a.service": { sections: { Service: { ExecStart: ["/bin/a", secret] } } } } }),
      'units["a.service"].sections.Service.ExecStart: expected text without secrets (secrets reach units as credentials), a number, a boolean, a list or variables',
    ],
    [
      (secret) => ({ units: { "a.service": { sections: { Service: { Environment: { A: text`x${secret}` } } } } } }),
      'units["a.service"].sections.Service.Environment: expected text without secrets (secrets reach units as credentials), a number, a boolean, a list or variables',
    ],
    [
      (secret) => ({ health: { a: { kind: "command", command: ["/bin/a", secret] } } }),
      "health.a.command[1]: expected text or references without a secret: this place can be read by everybody on the machine",
    ],
  ];
  for (const [part, expected] of cases) {
    const direct: Work = ({ request, initialPassword }) => {
      request(anything, "part", { part: part(initialPassword as never) });
    };
    const detour: Work = ({ request, initialPassword }) => {
      const { given } = request(anything, "first", { given: initialPassword });
      request(anything, "part", { part: part(given as never) });
    };
    for (const work of [direct, detour]) {
      const failure = failureOf(() => evaluated({ leak: work }, { password }));
      assert.equal(failure.code, "fragment-invalid");
      assert.match(failure.subject ?? "", /application leak \(request part\)/);
      assert.deepEqual(
        failure.failures?.map(({ subject, found }) => `${subject ?? ""}: ${found}`),
        [expected],
      );
      assert.ok(!JSON.stringify(failure).includes(password));
    }
  }
});

test("a resource's own secrets and components are part of the deployment; different ones of one name are refused", () => {
  const withSecret = (name: string, length: number): SystemResource =>
    defineResource({
      name,
      description: "Has a secret",
      request: z.strictObject({}),
      policy: z.strictObject({}),
      binding: z.strictObject({ key: SecretText }),
      apply: ({ requests }) => ({
        bindings: requests.map(() => ({ key: { $secret: "shared/key" } })),
        secrets: { "shared/key": { origin: "generated", format: "hex", length } },
        system: { files: { [`/etc/${name}`]: { content: { $secret: "shared/key" } } } },
      }),
    });
  const asks = (resources: readonly SystemResource[]): Evaluation =>
    evaluated(
      {
        keys: ({ request }) => {
          for (const resource of resources) request(resource, resource.name, {});
        },
      },
      { offers: Object.fromEntries(resources.map((resource) => [resource.name, offer(resource, {})])) },
    );
  assert.deepEqual(asks([withSecret("one", 32), withSecret("two", 32)]).deployment.secrets, {
    "shared/key": { origin: "generated", format: "hex", length: 32 },
  });
  const failure = failureOf(() => asks([withSecret("one", 32), withSecret("two", 64)]));
  assert.deepEqual(
    [failure.code, failure.found],
    ["conflict", "resource one and resource two declare secret shared/key differently"],
  );
  assert.equal(failureOf(() => asks([withSecret("one", 1)])).code, "secret-invalid");
});
