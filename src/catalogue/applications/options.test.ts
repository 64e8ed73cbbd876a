import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { System } from "../../system/system.ts";
import { contentOf } from "../testing/fulfilled.ts";
import { mistakesWith, systemWith, variablesOf } from "../testing/services.ts";
import { hostOf, languages, line, paragraph } from "./options.ts";

function json(system: System, path: string): Record<string, unknown> {
  return JSON.parse(contentOf(system, path)) as Record<string, unknown>;
}

const setup = (container: string, file: string): string => `/etc/fediversity/containers/${container}/setup/${file}`;
const mastodonSettings = setup("mastodon-settings", "settings.json");
const production = "/etc/fediversity/containers/peertube-server/config/production.yaml";
const instance = (system: System): Record<string, unknown> =>
  json(system, production)["instance"] as Record<string, unknown>;
const server = "/etc/fediversity/snac/server.json";
/** A variable as Laravel's `env()` reads it: Illuminate\Support\Env takes words for values and outer quotes away. */
function pixelfed(system: System, name: string): unknown {
  const value = variablesOf(system, "pixelfed-web")[name] ?? "";
  const words: Readonly<Record<string, unknown>> = { true: true, false: false, empty: "", null: null };
  const word = value.toLowerCase().replace(/^\((.*)\)$/, "$1");
  if (Object.hasOwn(words, word)) return words[word];
  return /^(['"])(.*)\1$/.exec(value)?.[2] ?? value;
}

/** Every option that is free text, and where its application reads it. */
const free: readonly (readonly [application: string, option: string, read: (system: System) => unknown])[] = [
  ["mastodon", "title", (system) => json(system, mastodonSettings)["title"]],
  ["mastodon", "description", (system) => json(system, mastodonSettings)["description"]],
  ["peertube", "title", (system) => instance(system)["name"]],
  ["peertube", "description", (system) => instance(system)["short_description"]],
  ["peertube", "about", (system) => instance(system)["description"]],
  ["pixelfed", "title", (system) => pixelfed(system, "APP_NAME")],
  ["pixelfed", "title", (system) => pixelfed(system, "MAIL_FROM_NAME")],
  ["pixelfed", "description", (system) => pixelfed(system, "INSTANCE_DESCRIPTION")],
  ["snac", "title", (system) => json(system, server)["title"]],
  ["snac", "description", (system) => json(system, server)["short_description"]],
];

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({
    unit: fc.constantFrom(..."\"'`$\\%#{}[]<>&|;*?!~=-: \t\n\r\0\u0085\u2028\u202e\ufeff\u{1f600}ab"),
    maxLength: 60,
  }),
  fc.constantFrom(
    "--help",
    "-n",
    "$(id)",
    "${HOME}",
    "%n",
    "#",
    "a\nADMIN=true",
    "'; DROP TABLE users; --",
    ...["null", "true", "(empty)", '"a"', "'", "\ud800", "\uffff"],
  ),
);

for (const [application, option, read] of free) {
  test(`${application}: any ${option} arrives literally, or is refused with its path`, () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const mistakes = mistakesWith(application, { [option]: value });
        if (mistakes.length === 0) {
          assert.equal(read(systemWith(application, { [option]: value })), value);
          return;
        }
        for (const mistake of mistakes) {
          assert.ok(mistake.startsWith(`applications.${application}.${option}: expected text without`), mistake);
        }
        assert.match(
          value,
          /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]/u,
          "nothing is refused that is only unusual",
        );
      }),
      { numRuns: 60 },
    );
  });
}

test("text stays out of every unit, command line and file but the one that carries it", () => {
  const marker = "unmistakable";
  const carriers: Readonly<Record<string, RegExp>> = {
    mastodon: /\/mastodon-settings\/setup\/settings\.json$/,
    peertube: /\/peertube-[a-z-]+\/config\/production\.yaml$/,
    pixelfed: /\/pixelfed-[a-z-]+\/environment$/,
    snac: /\/snac\/server\.json$/,
  };
  for (const [application, carrier] of Object.entries(carriers)) {
    const system = systemWith(application, { title: marker, description: marker });
    const files = Object.keys(system.files).filter((path) => contentOf(system, path).includes(marker));
    assert.ok(files.length > 0 && files.every((path) => carrier.test(path)), files.join(" "));
    assert.ok(!JSON.stringify({ ...system, files: {} }).includes(marker), application);
  }
});

test("any display name that the configuration takes arrives literally", () => {
  const files: readonly (readonly [string, string, string])[] = [
    ["mastodon", setup("mastodon-initial-user", "user.json"), "displayName"],
    ["peertube", "/etc/fediversity/peertube/initial-user.json", "displayName"],
    ["pixelfed", setup("pixelfed-initial-user", "user.json"), "displayName"],
    ["snac", "/etc/fediversity/snac/initial-user.json", "name"],
  ];
  const name = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((one) => !/[\p{Cc}\p{Cs}]/u.test(one) && /\S/.test(one) && one.length <= 100);
  fc.assert(
    fc.property(name, fc.constantFrom(...files), (displayName, [application, file, member]) => {
      const system = systemWith(application, {}, { initialUser: { displayName } });
      assert.equal(json(system, file)[member], displayName);
    }),
    { numRuns: 60 },
  );
});

test("lines are lines, paragraphs have several, and both have an end", () => {
  const accepts = (schema: typeof languages | ReturnType<typeof line>, value: unknown): boolean =>
    schema.safeParse(value).success;
  for (const good of ["", "a b", "  \"'`$", "\u202eא", "x".repeat(9)]) assert.ok(accepts(line(9), good), good);
  for (const bad of [
    "a\nb",
    "a\tb",
    "\0",
    "\u007f",
    "\u0085",
    "\u2028",
    "\ud800",
    "\ufdd0",
    "\uffff",
    "\u{10fffe}",
    "x".repeat(10),
  ]) {
    assert.ok(!accepts(line(9), bad), JSON.stringify(bad));
  }
  assert.ok(accepts(paragraph(9), "a\n\tb"));
  for (const bad of ["a\rb", "\0", "\u001b[1m", "\udfff", "\ufffe", "x".repeat(10)]) {
    assert.ok(!accepts(paragraph(9), bad), JSON.stringify(bad));
  }
  for (const good of [["en"], ["pt-BR", "ast"], []]) assert.ok(accepts(languages, good));
  for (const bad of ["EN", "en_US", "e", "en-us"]) assert.ok(!accepts(languages, [bad]), bad);
});

test("an application answers below the domain, at a host of its own, or at the domain itself", () => {
  assert.equal(hostOf("snac", "example.org", ""), "snac.example.org");
  assert.equal(hostOf("snac", "example.org", "social.example.net"), "social.example.net");
  for (const application of ["mastodon", "peertube", "pixelfed", "snac"]) {
    assert.ok(systemWith(application).files[`/etc/caddy/sites/${application}.example.org.caddy`]);
    const own = systemWith(application, { host: "example.org" });
    assert.ok(own.files["/etc/caddy/sites/example.org.caddy"], application);
    assert.ok(!JSON.stringify(own.files).includes(`${application}.example.org`), application);
    for (const host of ["https://a.example", "a b.example", "-a.example", "a.example/x", "localhost"]) {
      const [mistake = ""] = mistakesWith(application, { host });
      assert.ok(mistake.startsWith(`applications.${application}.host: `), `${host} ${mistake}`);
    }
  }
});
