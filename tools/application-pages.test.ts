import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { applications, container, defineApplication, webAddress } from "../src/index.ts";
import { applicationPage, pages } from "./application-pages.ts";
import { jsonSchemaOf, membersInWords, typeInWords } from "./describe-schema.ts";
import { table } from "./markdown.ts";

const root = path.dirname(import.meta.dirname);

test("every page is what the tool makes: `npm run application-pages`", () => {
  const made = pages(root);
  assert.ok(made.size > 4);
  for (const [file, text] of made) {
    assert.equal(readFileSync(file, "utf8"), text, `${path.relative(root, file)} is not up to date`);
  }
});

test("every application that is more than a greeting has a page", () => {
  const made = new Set([...pages(root).keys()].map((file) => path.basename(file, ".md")));
  const without = applications.map(({ name }) => name).filter((name) => !made.has(name));
  assert.deepEqual(without, ["cowsay", "hello"]);
});

test("a page says options, units, ports, images, secrets, state and health, and ends with the notes", () => {
  const page = applicationPage(
    defineApplication({
      name: "wall",
      description: "A wall to write on",
      options: z.object({ colour: z.enum(["red", "blue"]).default("red").describe("How it looks") }),
      health: () => ({ answers: { kind: "http", port: 8099, path: "/ok" } }),
      implementation({ domain, request, secret }) {
        request(container, "web", {
          description: "The wall",
          image: "registry.example.org/wall:v1",
          environment: { KEY: secret("key", { format: "hex", length: 16 }) },
          ports: [8099],
        });
        request(webAddress, "address", { host: `wall.${domain}`, routes: [{ port: 8099 }] });
      },
    }),
    "# The wall\n\n## Limits\n\nIt ends.\n",
  );
  const row = (...cells: readonly string[]): RegExp => new RegExp(cells.map((cell) => `\\| ${cell} +`).join(""));
  assert.match(page, /^# The wall\n\nA wall to write on\./m);
  assert.match(page, row("`colour`", "`red`, `blue`", '`"red"`', "How it looks"));
  assert.match(page, row("`web`", "`container`", "The wall", "`wall-web\\.service`"));
  assert.match(page, row("`tcp/8099`", "`wall-web`"));
  assert.match(page, /^- `wall\.example\.org`$/m);
  assert.match(page, /^- `registry\.example\.org\/wall:v1`$/m);
  assert.match(page, /^- `wall\/key`$/m);
  assert.match(page, row("`wall-answers`", "`GET http://127\\.0\\.0\\.1:8099/ok`", "30 s"));
  assert.ok(page.endsWith("\n## Limits\n\nIt ends.\n"));
});

test("types and members in words", () => {
  const words = (schema: z.ZodType): string => typeInWords(jsonSchemaOf(schema));
  assert.equal(words(z.string().max(9)), "text of at most 9 characters");
  assert.equal(words(z.int().min(1).max(3650)), "whole number, 1 to 3650");
  assert.equal(words(z.int()), "whole number");
  assert.equal(words(z.boolean()), "`true` or `false`");
  assert.equal(words(z.array(z.enum(["a", "b"])).max(2)), "list of at most 2: `a`, `b`");
  assert.equal(words(z.union([z.int().min(1), z.literal("")])), "whole number, at least 1, or empty");
  const choice = z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("a"), size: z.int() }),
    z.strictObject({ kind: z.literal("b"), size: z.int().optional() }),
  ]);
  assert.equal(membersInWords(jsonSchemaOf(choice)), '`kind: "a"`, `size`; or `kind: "b"`, `size?`');
  assert.equal(membersInWords(jsonSchemaOf(z.strictObject({}))), "–");
});

test("tables are as wide as their widest cells, and a bar within a cell stays one", () => {
  assert.equal(
    table(["a", "much"], [["x|y", "1"]]),
    ["| a    | much |", "| ---- | ---- |", String.raw`| x\|y | 1    |`].join("\n"),
  );
});
