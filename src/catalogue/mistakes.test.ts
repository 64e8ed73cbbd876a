import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { defineApplication } from "../model/application.ts";
import { createEvaluator, evaluate } from "../model/evaluate.ts";
import { Failure, type FailureReport } from "../model/failure.ts";
import { componentTypes } from "./components/component-types.ts";
import { applications } from "./config.ts";
import { defineEnvironment } from "./environments/define-environment.ts";
import { local } from "./environments/local.ts";
import { offer } from "./environments/offer.ts";
import { oneMachine } from "./environments/placement.ts";
import { loginShell } from "./resources/login-shell.ts";

const page = defineApplication({
  name: "page",
  description: "An application with options of every kind",
  options: z
    .object({
      title: z.string().min(1).max(10).default("Page"),
      theme: z.enum(["light", "dark"]).default("light"),
      visitors: z.int().min(1).max(500).default(10),
      share: z.number().positive().lt(1).multipleOf(0.25).default(0.5),
      tags: z.array(z.string()).min(1).max(2).default(["a"]),
      limits: z.record(z.string().regex(/^[a-z]+$/, "expected a word"), z.number()).default({}),
      size: z.union([z.number(), z.literal("auto")]).default("auto"),
      store: z
        .discriminatedUnion("kind", [
          z.strictObject({ kind: z.literal("disk") }),
          z.strictObject({ kind: z.literal("bucket") }),
        ])
        .default({ kind: "disk" }),
      contact: z.email().default("a@example.org"),
    })
    .refine(({ title, theme }) => title !== theme, { path: ["title"], error: "expected another title than the theme" }),
  implementation: () => undefined,
});

const evaluator = createEvaluator({
  applications: [...applications, page],
  componentTypes,
  environment: defineEnvironment({
    name: "test",
    offers: { shell: offer(loginShell, { username: "operator" }) },
    placement: oneMachine,
    machines: local(),
  }),
});

const initialUser = { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" };
const document = { domain: "example.org", initialUser, applications: { hello: { enable: true } } };

function mistakesIn(given: unknown): readonly FailureReport[] {
  try {
    evaluate(evaluator, given);
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, "configuration-invalid");
    assert.ok(error.report.failures);
    return error.report.failures;
  }
  return [];
}

/** The one mistake in a document, as `path: what was found → what to do`. */
function mistakeIn(given: unknown): string {
  const mistakes = mistakesIn(given);
  assert.equal(mistakes.length, 1, JSON.stringify(mistakes, undefined, 2));
  const [mistake] = mistakes;
  return `${mistake?.subject ?? ""}: ${mistake?.found ?? ""} → ${mistake?.next ?? ""}`;
}

test("what is no configuration at all", () => {
  for (const [given, found] of [
    [null, "null"],
    [[], "a list"],
    ["example.org", "text"],
    [3, "a number"],
    [true, "true"],
    [undefined, "nothing"],
  ] as const) {
    const next = given === undefined ? "Add it." : "Correct the value.";
    assert.equal(mistakeIn(given), `(document): expected an object, found ${found} → ${next}`);
  }
});

test("missing, misspelt and wrongly typed members are one mistake each, with path and nearest name", () => {
  const { domain: _, ...withoutDomain } = document;
  const cases: readonly [unknown, string][] = [
    [withoutDomain, "domain: expected text, found nothing → Add it."],
    [{ ...document, initialUser: undefined }, "initialUser: expected an object, found nothing → Add it."],
    [{ ...document, domain: 7 }, "domain: expected text, found a number → Correct the value."],
    [{ ...document, applications: [] }, "applications: expected an object, found a list → Correct the value."],
    [{ ...document, applications: null }, "applications: expected an object, found null → Correct the value."],
    [
      { ...document, aplications: {} },
      `aplications: there is no "aplications" here; did you mean "applications"? → Write "applications" instead. Known here: $schema, applications, domain, initialUser.`,
    ],
    [
      { ...document, applications: { helo: { enable: true } } },
      `applications.helo: there is no "helo" here; did you mean "hello"? → Write "hello" instead. Known here: cowsay, hello, mastodon, page, panel, peertube, pixelfed, snac.`,
    ],
    [
      { ...document, applications: { friendica: { enable: true } } },
      `applications.friendica: there is no "friendica" here → Remove it. Known here: cowsay, hello, mastodon, page, panel, peertube, pixelfed, snac.`,
    ],
    [
      { ...document, applications: { hello: { enabled: true } } },
      `applications.hello.enabled: there is no "enabled" here; did you mean "enable"? → Write "enable" instead. Known here: enable.`,
    ],
    [
      { ...document, applications: { "hello world": {} } },
      `applications["hello world"]: there is no "hello world" here → Remove it. Known here: cowsay, hello, mastodon, page, panel, peertube, pixelfed, snac.`,
    ],
    [
      { ...document, applications: { hello: { enable: "yes" } } },
      "applications.hello.enable: expected true or false, found text → Correct the value.",
    ],
    [
      { ...document, applications: { hello: true } },
      "applications.hello: expected an object, found true → Correct the value.",
    ],
    [
      { ...document, initialUser: { ...initialUser, userName: "ada" } },
      `initialUser.userName: there is no "userName" here; did you mean "username"? → Write "username" instead. Known here: displayName, email, password, username.`,
    ],
  ];
  for (const [given, expected] of cases) assert.equal(mistakeIn(given), expected);
});

test("several mistakes are told at once, each once", () => {
  const given = {
    domain: "Example.org.",
    initialUser: { ...initialUser, email: 1 },
    applications: { helo: {}, cowsay: 1 },
  };
  assert.deepEqual(
    mistakesIn(given).map(({ subject }) => subject),
    ["domain", "initialUser.email", "applications.cowsay", "applications.helo"],
  );
  assert.throws(() => evaluate(evaluator, given), {
    message: "4 mistakes",
    report: {
      code: "configuration-invalid",
      attempted: "read the configuration",
      found: "4 mistakes",
      next: "Correct each of them; nothing has been changed anywhere.",
      failures: mistakesIn(given),
    },
  });
});

test("names that JavaScript knows of every object are unknown like any other", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const place = (path: string): string => `${path}${name}: there is no "${name}" here`;
    const parsed: unknown = JSON.parse(`{"${name}": {"enable": true}}`);
    assert.ok(mistakeIn({ ...document, applications: parsed }).startsWith(place("applications.")));
    const user: unknown = JSON.parse(JSON.stringify(initialUser).replace("{", `{"${name}": 1, `));
    assert.ok(mistakeIn({ ...document, initialUser: user }).startsWith(place("initialUser.")));
    const whole = JSON.stringify(document).replace("{", `{"${name}": {"enable": true}, `);
    assert.ok(mistakeIn(JSON.parse(whole)).startsWith(place("")));
  }
  assert.equal(({} as Record<string, unknown>)["enable"], undefined);
});

test("a value of an option that does not fit is explained in plain words", () => {
  const cases: readonly [object, string][] = [
    [{ title: "" }, "title: expected at least 1 character"],
    [{ title: "much too long" }, "title: expected at most 10 characters"],
    [{ title: null }, "title: expected text, found null"],
    [{ title: "dark", theme: "dark" }, "title: expected another title than the theme"],
    [{ theme: "drak" }, `theme: expected one of "light", "dark"; did you mean "dark"?`],
    [{ theme: 3 }, `theme: expected one of "light", "dark"`],
    [{ visitors: 1.5 }, "visitors: expected a whole number, found another number"],
    [{ visitors: "1" }, "visitors: expected a number, found text"],
    [{ visitors: 0 }, "visitors: expected a number of at least 1"],
    [{ visitors: 501 }, "visitors: expected a number of at most 500"],
    [{ share: 0 }, "share: expected a number above 0"],
    [{ share: 1 }, "share: expected a number below 1"],
    [{ share: 0.3 }, "share: expected a multiple of 0.25"],
    [{ tags: [] }, "tags: expected at least 1 item in the list"],
    [{ tags: ["a", "b", "c"] }, "tags: expected at most 2 items in the list"],
    [{ tags: ["a", 1] }, "tags[1]: expected text, found a number"],
    [{ tags: {} }, "tags: expected a list, found an object"],
    [{ limits: { a: "1" } }, "limits.a: expected a number, found text"],
    [{ limits: { "a/b": 1 } }, 'limits["a/b"]: as a name: expected a word'],
    [{ size: [] }, `size: expected a number or "auto", found a list`],
    [{ store: { kind: "buket" } }, `store.kind: expected one of "disk", "bucket"; did you mean "bucket"?`],
    [{ store: {} }, `store.kind: expected one of "disk", "bucket"`],
    [{ store: { kind: "disk", path: "/" } }, `store.path: there is no "path" here`],
    [{ contact: "a" }, "contact: expected an e-mail address"],
  ];
  for (const [options, expected] of cases) {
    const mistake = mistakeIn({ ...document, applications: { page: options } });
    assert.equal(mistake.split(" → ")[0], `applications.page.${expected}`);
  }
});

test("user names that are malformed or reserved", () => {
  const expected = (username: unknown): string => mistakeIn({ ...document, initialUser: { ...initialUser, username } });
  for (const name of ["root", "admin", "postmaster", "mastodon", "nobody"]) {
    assert.equal(
      expected(name),
      `initialUser.username: "${name}" is reserved: choose another user name → Correct the value.`,
    );
  }
  for (const name of ["", "Ada", "1ada", "ada-l", "ada lovelace", "www-data", "a".repeat(31), "ädä", "ada\n", "_ada"]) {
    assert.equal(
      expected(name),
      "initialUser.username: expected 1 to 30 lower-case letters, digits and _, beginning with a letter → Correct the value.",
    );
  }
  for (const name of ["a", "ada", "ada_2", "a".repeat(30)]) {
    assert.deepEqual(mistakesIn({ ...document, initialUser: { ...initialUser, username: name } }), []);
  }
});

test("a password is never repeated in a mistake, wherever it was put", () => {
  const password = "hunter2";
  const long = `${password}-${"x".repeat(130)}`;
  const cases: readonly [unknown, string][] = [
    [{ ...initialUser, password }, "initialUser.password: expected at least 12 characters"],
    [{ ...initialUser, password: long }, "initialUser.password: expected at most 72 bytes"],
    [{ ...initialUser, password: `${password}${"ä".repeat(33)}` }, "initialUser.password: expected at most 72 bytes"],
    [
      { ...initialUser, password: `${password}\n and more` },
      "initialUser.password: expected text without line breaks and control characters",
    ],
    [{ ...initialUser, password: [password] }, "initialUser.password: expected text, found a list"],
    [
      { ...initialUser, pasword: password },
      `initialUser.pasword: there is no "pasword" here; did you mean "password"?`,
    ],
    [{ ...initialUser, email: password }, "initialUser.email: expected an e-mail address such as ada@example.org"],
    [password, "initialUser: expected an object, found text"],
  ];
  for (const [user, expected] of cases) {
    const given = { ...document, initialUser: user };
    assert.equal(mistakeIn(given).split(" → ")[0], expected);
    assert.ok(!JSON.stringify(mistakesIn(given)).includes(password));
  }
});
