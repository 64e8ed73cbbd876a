// npm run panel-api: writes docs/panel-api.md from the panel's OpenAPI document.
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import { isObject, type JsonObject } from "../src/model/json.ts";
import { openApiOf } from "../src/panel/web/api/open-api.ts";
import { operations } from "../src/panel/web/api/operations.ts";
import { typeInWords } from "./describe-schema.ts";
import { code, table } from "./markdown.ts";

type Schema = z.core.JSONSchema.BaseSchema;

const prefix = "#/components/schemas/";

function linked(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

/** Says what a schema takes, with links to those that have a name. */
function inWords(schema: Schema): string {
  if (schema.$ref !== undefined) return linked(schema.$ref.slice(prefix.length));
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((one) => inWords(one)).join(", or ");
  if (schema.type === "null") return code("null");
  if (schema.type === "array") return `list: ${inWords((schema.items ?? {}) as Schema)}`;
  if (schema.type === "string" && schema.format === "date-time") return "time";
  const members = Object.keys(schema.properties ?? {});
  if (schema.type === "object" && members.length > 0) return `object of ${members.map(code).join(", ")}`;
  return typeInWords(schema);
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value.filter(isObject) as readonly JsonObject[]) : [];
}

function membersOf(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, member]) => {
    const { description = "", ...type } = member as Schema;
    return [code(name), inWords(type), schema.required?.includes(name) === true ? "yes" : "no", description];
  });
  return rows.length === 0
    ? `${schema.description ?? inWords(schema)}.`
    : table(["member", "type", "always there", "meaning"], rows);
}

function reference(value: unknown): string {
  const content = isObject(value) && isObject(value["content"]) ? value["content"]["application/json"] : undefined;
  const schema = isObject(content) ? (content["schema"] as Schema | undefined) : undefined;
  return schema === undefined ? "–" : inWords(schema);
}

function operationText(method: string, address: string, described: JsonObject): string {
  const { operationId, summary, description, parameters, requestBody, responses } = described;
  const [status, answer] = Object.entries(responses as JsonObject).find(([key]) => key < "300") ?? ["", undefined];
  const rows = objects(parameters)
    .filter((parameter) => parameter["in"] === "query")
    .map(({ name, schema, description: meaning }) => [
      code(name as string),
      inWords(schema as Schema),
      code(JSON.stringify((schema as Schema).default ?? null)),
      meaning as string,
    ]);
  return [
    `### ${summary as string}`,
    `${code(`${method.toUpperCase()} ${address}`)}, as ${code(operationId as string)}. ${description as string}`,
    rows.length === 0 ? "" : table(["in the query", "type", "default", "meaning"], rows),
    requestBody === undefined ? "" : `The request holds: ${reference(requestBody)}.`,
    `Answers ${code(status)} with: ${reference(answer)}.`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

const introduction = `What members of an operator do in the panel, programs do here: by the same operations, with the same checks. The
document that tools read is at \`/api/openapi.json\`.

An owner makes a token in the panel, under API tokens, and sends it along: \`Authorization: Bearer fedi_…\`. It belongs to
one operator, is good for the scopes that were chosen, and ends with the membership of the one who made it, or
when they get a new password by a way back in. A token makes
120 requests a minute at most; then the answer is \`429\`, with \`retry-after\` in seconds.

Requests and answers are JSON. What a request may not hold is refused, with the nearest name. Passwords and other secrets
are in no answer: the first password is shown once, in the panel. What needs a fresh proof of who it is, as the deletion
of data does, cannot be done with a token.`;

/** Makes the page. */
export function panelApiPage(): string {
  const document = openApiOf(operations);
  const paths = document["paths"] as { readonly [address: string]: { readonly [method: string]: JsonObject } };
  const { schemas } = document["components"] as { readonly schemas: { readonly [name: string]: Schema } };
  const texts = Object.entries(paths).flatMap(([address, item]) =>
    Object.entries(item).map(([method, described]) => operationText(method, address, described)),
  );
  const first = Object.values(Object.values(paths)[0] ?? {})[0] ?? {};
  const refusals = Object.entries((first["responses"] ?? {}) as JsonObject)
    .filter(([status]) => status >= "400")
    .map(([status, answer]) => [status, isObject(answer) ? (answer["description"] as string) : ""]);
  return `${[
    "<!-- Made by `npm run panel-api` from src/panel/web/api/: change it there. -->",
    "# The panel's API",
    introduction,
    "## When something is wrong",
    `The answer is a ${linked("Failure")}, whose \`code\` stays the same between versions:`,
    table(["status", "what it says"], refusals),
    "## Operations",
    ...texts,
    "## Documents",
    ...Object.entries(schemas).map(([name, schema]) => `### ${name}\n\n${membersOf(schema)}`),
  ].join("\n\n")}\n`;
}

if (import.meta.main) writeFileSync(path.join(path.dirname(import.meta.dirname), "docs/panel-api.md"), panelApiPage());
