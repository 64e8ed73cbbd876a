import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { z } from "zod";
import { JsonLine, jsonLineSchema } from "./json-line.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Fails to compile when the schema and the engine's events drift apart. */
const schemaSaysWhatEventsAre: Same<z.output<typeof JsonLine>, JsonLine> = true;

const documentation = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
const examples = [...documentation.matchAll(/^```json\n(.*?)\n```$/gms)].map(
  ([, text = ""]) => JSON.parse(text) as object,
);
const kinds = JsonLine.options.map(({ shape }) => [...shape.event.values][0] ?? "");

test("every kind of line has an example in docs/events.md, and every example is such a line", () => {
  assert.ok(schemaSaysWhatEventsAre);
  for (const example of examples) assert.deepEqual(JsonLine.parse(example), example);
  const shown: ReadonlySet<string> = new Set(examples.map((example) => JsonLine.parse(example).event));
  assert.deepEqual(
    [...kinds].filter((kind) => !shown.has(kind)),
    [],
  );
});

test("every field of every kind is explained in its section", () => {
  for (const option of JsonLine.options) {
    const [kind = ""] = option.shape.event.values;
    const section = documentation.split(`\n## \`${kind}\`\n`)[1]?.split("\n## ")[0] ?? "";
    assert.notEqual(section, "", `docs/events.md has no section for ${kind}`);
    const fields = Object.keys(option.shape).filter((field) => !["event", "time", "run"].includes(field));
    for (const field of fields) assert.ok(section.includes(`| \`${field}\``), `${kind}: ${field} is not explained`);
  }
});

test("the JSON Schema covers every kind", () => {
  const text = JSON.stringify(jsonLineSchema());
  for (const kind of kinds) assert.ok(text.includes(`"const":"${kind}"`), kind);
});
