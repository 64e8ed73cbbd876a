// npm run panel-tables: writes the tables of docs/panel-installation.md from the panel's settings and permissions.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { permissions, type Grant } from "../src/panel/access/permission.ts";
import { memberRoles, staffRoles } from "../src/panel/access/role.ts";
import { PanelSettings, variables } from "../src/panel/settings.ts";
import { jsonSchemaOf, typeInWords } from "./describe-schema.ts";
import { code, table } from "./markdown.ts";

const file = path.join(path.dirname(import.meta.dirname), "docs/panel-installation.md");

function settings(): string {
  const named: Readonly<Record<string, string>> = variables;
  const rows = Object.entries(jsonSchemaOf(PanelSettings).properties ?? {}).map(([name, schema]) => {
    const { description = "", default: initial, ...type } = schema as z.core.JSONSchema.BaseSchema;
    return [code(name), code(named[name] ?? ""), typeInWords(type), code(JSON.stringify(initial)), description];
  });
  return table(["setting", "environment variable", "type", "default", "meaning"], rows);
}

const grants: readonly (readonly [string, Grant])[] = Object.entries(permissions);
const has = (roles: readonly string[], role: string): string => (roles.includes(role) ? "yes" : "");

function memberPermissions(): string {
  const rows = grants.flatMap(([name, grant]) =>
    grant.to === "members"
      ? [
          [
            code(name),
            ...memberRoles.map((role) => has(grant.roles, role)),
            grant.scope === undefined ? "" : code(grant.scope),
            grant.stepUp === true ? "yes" : "",
          ],
        ]
      : [],
  );
  return table(["permission", ...memberRoles, "token with scope", "fresh proof"], rows);
}

function staffPermissions(): string {
  const rows = grants.flatMap(([name, grant]) =>
    grant.to === "staff"
      ? [[code(name), ...staffRoles.map((role) => has(grant.roles, role)), grant.stepUp === true ? "yes" : ""]]
      : [],
  );
  return table(["permission", ...staffRoles, "fresh proof"], rows);
}

const tables = { settings, members: memberPermissions, staff: staffPermissions };

/**
 * Puts each table between its marks on the page.
 * @throws Error when the page lacks a mark
 */
export function withPanelTables(page: string): string {
  return Object.entries(tables).reduce((text, [name, make]) => {
    const begin = `<!-- ${name}: npm run panel-tables -->`;
    const end = `<!-- end of ${name} -->`;
    const [before, rest = ""] = text.split(begin);
    const [, after] = rest.split(end);
    if (before === undefined || after === undefined) throw new Error(`the page lacks ${begin} or ${end}`);
    return `${before}${begin}\n\n${make()}\n\n${end}${after}`;
  }, page);
}

if (import.meta.main) writeFileSync(file, withPanelTables(readFileSync(file, "utf8")));
