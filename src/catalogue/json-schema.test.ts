import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { defineApplication } from "../model/application.ts";
import { applications } from "./config.ts";
import { configurationJsonSchema } from "./json-schema.ts";

const root = path.join(import.meta.dirname, "../..");

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(root, name), "utf8"));
}

const enable = (name: string): object => ({
  type: "boolean",
  default: false,
  description: `Whether ${name} runs`,
});

test("the schema of the product's applications", () => {
  const { properties, ...schema } = configurationJsonSchema(applications);
  const { initialUser, applications: all, ...others } = properties ?? {};
  assert.ok(typeof all === "object");
  const { cowsay, hello, ...services } = all.properties ?? {};
  assert.deepEqual(schema, {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Configuration of a Fediversity deployment",
    description: "A domain, an initial user, and the applications that are switched on",
    type: "object",
    required: ["domain", "initialUser"],
    additionalProperties: false,
  });
  assert.deepEqual(others, {
    $schema: { type: "string", description: "Where the JSON Schema of this file is, for editors" },
    domain: {
      type: "string",
      format: "hostname",
      pattern: "^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.)+(?![0-9]+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$",
      maxLength: 253,
      description: "The domain that everything belongs to, such as example.org",
    },
  });
  assert.deepEqual(
    { ...all, properties: { cowsay, hello } },
    {
      type: "object",
      description: "The applications and their options",
      default: {},
      additionalProperties: false,
      properties: {
        cowsay: {
          type: "object",
          title: "cowsay",
          description: "Lets a cow speak in the terminal",
          additionalProperties: false,
          properties: { enable: enable("cowsay") },
        },
        hello: {
          type: "object",
          title: "hello",
          description: "Prints a friendly greeting in the terminal",
          additionalProperties: false,
          properties: { enable: enable("hello") },
        },
      },
    },
  );
  assert.deepEqual(Object.keys(services), ["mastodon", "panel", "peertube", "pixelfed", "snac"]);
  assert.deepEqual(services["mastodon"], {
    type: "object",
    title: "mastodon",
    description: "Short posts, conversations and communities: the best known place of the fediverse",
    additionalProperties: false,
    properties: {
      ...(services["mastodon"] as { readonly properties: object }).properties,
      enable: enable("mastodon"),
      title: {
        type: "string",
        maxLength: 100,
        pattern: "^[^\\p{Cc}\\p{Cs}\\p{Noncharacter_Code_Point}\\u2028\\u2029]*$",
        default: "Mastodon",
        description: "The name of the instance",
      },
      registrations: {
        type: "string",
        enum: ["closed", "approval", "open"],
        default: "closed",
        description: "Who may open an account: nobody, whoever is approved, or everybody",
      },
      mediaCacheDays: {
        type: "integer",
        minimum: 1,
        maximum: 3650,
        default: 14,
        description:
          "Days for which files of other instances are kept; posts, bookmarks and one's own files always stay",
      },
    },
  });
  assert.ok(typeof initialUser === "object");
  assert.deepEqual(initialUser.required, ["displayName", "username", "email"]);
  assert.deepEqual(initialUser.properties?.["email"], {
    type: "string",
    format: "email",
    maxLength: 254,
    description: "Where services write to",
  });
  assert.deepEqual(initialUser.properties["password"], {
    type: "string",
    format: "password",
    writeOnly: true,
    minLength: 12,
    maxLength: 72,
    pattern: "^[^\\p{Cc}\\p{Cs}]*$",
    description: "Without it a password is generated",
  });
});

test("options appear with their descriptions, limits and defaults, and a check across them does not stand in the way", () => {
  const page = defineApplication({
    name: "page",
    description: "A page",
    options: z
      .object({
        title: z.string().max(9).default("Page").describe("Shown at the top"),
        theme: z.enum(["light", "dark"]).optional(),
        even: z.int().refine((value) => value % 2 === 0),
      })
      .refine(({ title, theme }) => title !== theme),
    implementation: () => undefined,
  });
  const { properties } = configurationJsonSchema([page]);
  const { applications: all } = properties ?? {};
  assert.ok(typeof all === "object");
  assert.deepEqual(all.properties?.["page"], {
    type: "object",
    title: "page",
    description: "A page",
    additionalProperties: false,
    required: ["even"],
    properties: {
      enable: enable("page"),
      title: { type: "string", maxLength: 9, default: "Page", description: "Shown at the top" },
      theme: { type: "string", enum: ["light", "dark"] },
      even: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    },
  });
});

test("configuration.schema.json is what `fediversity schema` prints, and the sample refers to it", () => {
  assert.deepEqual(
    read("configuration.schema.json"),
    JSON.parse(JSON.stringify(configurationJsonSchema(applications))),
  );
  const { $schema } = read("configuration.sample.json") as { $schema: string };
  assert.equal(path.join(root, $schema), path.join(root, "configuration.schema.json"));
});

test("every option of the product's applications has a description, and the defaults make a whole", () => {
  for (const { name, options } of applications) {
    for (const [option, schema] of Object.entries(options.shape)) {
      assert.ok((schema as z.ZodType).description, `${name}.${option}`);
    }
    assert.ok(options.safeParse({}).success, name);
  }
});

test("every pattern is one that a validator can read: ECMA-262 with Unicode", () => {
  const patterns = JSON.stringify(configurationJsonSchema(applications)).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g);
  const found = [...patterns].map(([, pattern]) => JSON.parse(pattern ?? "") as string);
  assert.ok(found.length >= 4);
  for (const pattern of found) assert.ok(new RegExp(pattern, "u"));
});
