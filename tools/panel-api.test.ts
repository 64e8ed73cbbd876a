import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { operations } from "../src/panel/web/api/operations.ts";
import { panelApiPage } from "./panel-api.ts";

test("the page of the API is what the tool makes: `npm run panel-api`", () => {
  const file = path.join(path.dirname(import.meta.dirname), "docs/panel-api.md");
  assert.equal(readFileSync(file, "utf8"), panelApiPage());
});

test("every operation is on it, and every link leads to a heading", () => {
  const page = panelApiPage();
  for (const { name, method } of operations)
    assert.match(page, new RegExp(`^\`${method} /api/[^\`]+\`, as \`${name}\``, "m"));
  const headings = new Set([...page.matchAll(/^### (.+)$/gm)].map(([, text = ""]) => text.toLowerCase()));
  for (const [, link = ""] of page.matchAll(/\]\(#([^)]+)\)/g)) assert.ok(headings.has(link), link);
});
