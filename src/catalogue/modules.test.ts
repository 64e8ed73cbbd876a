// Mistakes in modules of applications and resources: each is refused, and the module is named.
import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { type Application, defineApplication } from "../model/application.ts";
import { createEvaluator, evaluate, type Evaluation } from "../model/evaluate.ts";
import { Failure, type FailureReport } from "../model/failure.ts";
import { join, PlainText, secret, text } from "../model/reference.ts";
import { defineResource, type SystemResource } from "../system/resource.ts";
import { componentTypes } from "./components/component-types.ts";
import { applications } from "./config.ts";
import { defineEnvironment } from "./environments/define-environment.ts";
import { local } from "./environments/local.ts";
import { offer } from "./environments/offer.ts";
import { oneMachine } from "./environments/placement.ts";

const resource = {
  name: "thing",
  description: "A thing",
  request: z.strictObject({ size: z.int().max(9).default(1) }),
  policy: z.strictObject({}),
  binding: z.strictObject({ host: PlainText, port: z.int() }),
};

type Apply = Parameters<
  typeof defineResource<typeof resource.request, typeof resource.policy, typeof resource.binding>
>[0]["apply"];

const good: Apply = ({ requests }) => ({ bindings: requests.map(() => ({ host: "h", port: 1 })) });

function evaluated(application: Partial<Application>, apply: Apply = good): Evaluation {
  const thing = defineResource({ ...resource, apply }) as unknown as SystemResource;
  const offers = { thing: offer(thing, {}) };
  const environment = defineEnvironment({ name: "test", offers, placement: oneMachine, machines: local() });
  const one = defineApplication({
    name: "one",
    description: "One",
    options: z.object({}),
    implementation: ({ request }) => void request(thing, "thing", {}),
    ...application,
  });
  return evaluate(createEvaluator({ applications: [one], environment, componentTypes }), {
    domain: "example.org",
    initialUser: { displayName: "Ada", username: "ada", email: "ada@example.org" },
    applications: { one: { enable: true } },
  });
}

/** The failure as `code, subject: found (inner failures)`. */
function failureOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    const line = ({ subject, found }: FailureReport): string => `${subject ?? ""}: ${found}`;
    const inner = (error.report.failures ?? []).map(line).join("; ");
    return `${error.code}, ${line(error.report)}${inner === "" ? "" : ` (${inner})`}`;
  }
  assert.fail("nothing was refused");
}

const thing = defineResource({ ...resource, apply: good });

test("what an application does wrong names the application", () => {
  const cases: readonly [Partial<Application>, string][] = [
    [
      { implementation: ({ request }) => void request(thing, "a", { size: 10 }) },
      "one, request a (resource thing): it does not fit its schema (size: expected a number of at most 9)",
    ],
    [
      {
        implementation: ({ request }) => {
          request(thing, "a", {});
          request(thing, "a", {});
        },
      },
      'one: it makes two requests named "a"',
    ],
    [
      { implementation: ({ request }) => void request(thing, "a/b", {}) },
      'one: the request name "a/b" is not lower-case words joined by hyphens',
    ],
    [
      { implementation: ({ request }) => void `http://${String(request(thing, "a", {}).host)}` },
      "one: its module failed: a reference stands for a value that comes later: combine it by the template text`…`",
    ],
    [
      { implementation: ({ request }) => void text`${request(thing, "a", {}) as never}` },
      "one: its module failed: a text consists of strings, numbers, references and other texts; here is something else",
    ],
    [{ implementation: (): unknown => Promise.resolve() }, "one: its implementation is asynchronous"],
    [
      {
        implementation: () => {
          throw new RangeError("out of luck");
        },
      },
      "one: its module failed: out of luck",
    ],
    [
      { health: () => ({ up: { kind: "http", port: 0, path: "x" } }) },
      "one, health check up: it does not fit its schema (port: expected a number of at least 1; path: expected a path of printable ASCII that begins with /)",
    ],
  ];
  for (const [application, expected] of cases) {
    assert.equal(
      failureOf(() => evaluated(application)),
      `application-invalid, application ${expected}`,
    );
  }
});

test("secrets are declared with a proper name, once or equally", () => {
  const declares =
    (...secrets: readonly [string, number][]): (() => unknown) =>
    () =>
      evaluated({
        implementation: (context) => {
          for (const [name, length] of secrets) context.secret(name, { format: "hex", length });
        },
      });
  assert.equal(
    failureOf(declares(["Key", 32])),
    "secret-invalid, secret one/Key: application one declares it, and its name is not lower-case words joined by hyphens",
  );
  assert.equal(
    failureOf(declares(["key", 4])),
    "secret-invalid, secret one/key: application one declares it, and the declaration does not fit its schema",
  );
  assert.equal(
    failureOf(declares(["key", 32], ["key", 64])),
    "conflict, secret one/key: application one and application one declare secret one/key differently",
  );
  declares(["key", 32], ["key", 32])();
  assert.equal(
    failureOf(() =>
      evaluated({}, (context) => ({
        ...good(context),
        system: { files: { "/etc/a": { content: secret("other/key") } } },
      })),
    ),
    "secret-undeclared, secret other/key: it is used but nobody declares it",
  );
});

test("an application says which of its secrets and pairs of keys are permanent, and what would be lost", () => {
  const names = ["key", "other", "pair", "pair-public", "push"];
  const uses: Apply = (context) => ({
    ...good(context),
    system: { files: { "/etc/a": { content: join(names.map((name) => secret(`one/${name}`))) } } },
  });
  const declared = (permanent: string): unknown =>
    evaluated(
      {
        implementation: ({ request, secret: declare, keyPair }) => {
          declare("key", { format: "hex", length: 32, permanent });
          declare("other", { format: "hex", length: 32 });
          keyPair("pair", "rsa", { permanent });
          keyPair("push", "p256");
          request(thing, "thing", {});
        },
      },
      uses,
    ).deployment.secrets;
  const permanent = "with another, old posts are lost";
  assert.deepEqual(declared(permanent), {
    "one/key": { origin: "generated", format: "hex", length: 32, permanent },
    "one/other": { origin: "generated", format: "hex", length: 32 },
    "one/pair": { origin: "key", type: "rsa", permanent },
    "one/pair-public": { origin: "public-key", of: "one/pair" },
    "one/push": { origin: "key", type: "p256" },
  });
  for (const wrong of ["", "two\nlines"]) {
    assert.match(
      failureOf(() => declared(wrong)),
      /^secret-invalid, secret one\/key: .*does not fit its schema$/,
    );
  }
  assert.equal(
    failureOf(() =>
      evaluated({
        implementation: (context) => {
          context.secret("key", { format: "hex", length: 32, permanent });
          context.secret("key", { format: "hex", length: 32 });
        },
      }),
    ),
    "conflict, secret one/key: application one and application one declare secret one/key differently",
  );
});

test("what a resource does wrong names the resource", () => {
  const one = "application one, request thing";
  const cases: readonly [Apply, string][] = [
    [() => ({ bindings: [] }), "it gave 0 bindings for 1 requests, and each request needs one, in their order"],
    [
      () => ({ bindings: [{ host: "h", port: 1.5 }] }),
      `its binding for ${one} does not fit its schema (port: expected a whole number, found another number)`,
    ],
    [
      () => ({ bindings: [{ host: { $output: "machine/a", path: "address" }, port: "1" as never }] }),
      `its binding for ${one} does not fit its schema (port: expected a number, found text)`,
    ],
    [
      (context) => ({ ...good(context), system: [] }),
      "it gave 0 parts of a system for 1 requests, and a list of parts has one for each, in their order",
    ],
    [
      () => {
        throw new Error("no disk");
      },
      "its module failed: no disk",
    ],
  ];
  for (const [apply, expected] of cases) {
    assert.equal(
      failureOf(() => evaluated({}, apply)),
      `resource-invalid, resource thing: ${expected}`,
    );
  }
});

test("components that do not fit are refused with their path", () => {
  const makes =
    (path: string, type: string, inputs: object): (() => unknown) =>
    () =>
      evaluated({}, (context) => ({ ...good(context), components: { [path]: { type, inputs: { ...inputs } } } }));
  assert.equal(failureOf(makes("dns/a", "dns", {})), 'component-invalid, dns/a: there is no component type "dns"');
  assert.equal(
    failureOf(makes("local-machine/b", "local-machine", { nme: "b" })),
    'component-invalid, local-machine/b: its inputs do not fit its type (name: expected text, found nothing; nme: there is no "nme" here; did you mean "name"?)',
  );
  assert.equal(
    failureOf(makes("local-machine/machine", "local-machine", { name: "b" })),
    "conflict, local-machine/machine: machine source local makes a component of this path, and there is another with different inputs",
  );
});

test("a part of a system that does not fit names who contributes it and the place", () => {
  assert.equal(
    failureOf(() =>
      evaluated({}, (context) => ({ ...good(context), system: { files: { "/etc/../a": { content: "" } } } })),
    ),
    "fragment-invalid, application one (request thing) by resource thing: what it contributes to the machine's system does not fit " +
      '(files["/etc/../a"]: as a name: expected an absolute path of letters, digits and . _ @ : + -)',
  );
});

test("names of modules are checked where they are defined, and two applications of one name are refused", () => {
  for (const name of ["", "One", "1one", "one-", "-one", "a--b", "a_b", "a".repeat(41), "a\n"]) {
    const define = { name, description: "", options: z.object({}), implementation: () => undefined };
    assert.throws(() => defineApplication(define), TypeError);
    assert.throws(() => defineResource({ ...resource, name, apply: good }), TypeError);
  }
  const options = z.object({ enable: z.boolean().default(true) });
  assert.throws(() => defineApplication({ name: "one", description: "", options, implementation: () => undefined }), {
    name: "TypeError",
    message: 'application one: an option cannot be called "enable", which every application has',
  });
  const twice = [...applications, ...applications.slice(0, 1)];
  const environment = defineEnvironment({ name: "test", offers: {}, placement: oneMachine, machines: local() });
  assert.equal(
    failureOf(() => createEvaluator({ applications: twice, environment, componentTypes })),
    "application-duplicate, application cowsay: the catalogue has two applications of this name",
  );
});
