import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PanelSettings } from "../src/panel/settings.ts";
import { permissions, type Grant } from "../src/panel/access/permission.ts";
import { withPanelTables } from "./panel-tables.ts";

const page = readFileSync(path.join(path.dirname(import.meta.dirname), "docs/panel-installation.md"), "utf8");

test("the tables on the page are what the tool makes: `npm run panel-tables`", () => {
  assert.equal(page, withPanelTables(page));
});

test("every setting is there, and every permission that depends on a role", () => {
  const firsts = new Set([...page.matchAll(/^\| `([^`]+)`/gm)].map(([, name = ""]) => name));
  const grants: readonly (readonly [string, Grant])[] = Object.entries(permissions);
  const byRole = grants.filter(([, { to }]) => to === "members" || to === "staff").map(([name]) => name);
  assert.ok(byRole.length > 20);
  for (const name of [...Object.keys(PanelSettings.shape), ...byRole]) assert.ok(firsts.has(name), name);
});

test("a page without a mark is told", () => {
  assert.throws(() => withPanelTables("# A page\n"), /the page lacks <!-- settings/);
});
