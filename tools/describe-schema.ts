// Schemas in words, for people who write configurations and modules.
import { z } from "zod";
import { code } from "./markdown.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What is written, as JSON Schema. */
export function jsonSchemaOf(schema: z.ZodType, io: "input" | "output" = "input"): JsonSchema {
  return z.toJSONSchema(schema, { io, unrepresentable: "any" });
}

function range({ minimum, maximum }: JsonSchema): string {
  const from = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : String(minimum);
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : String(maximum);
  if (from !== undefined && to !== undefined) return `, ${from} to ${to}`;
  if (from !== undefined) return `, at least ${from}`;
  return to === undefined ? "" : `, at most ${to}`;
}

function text({ format, maxLength }: JsonSchema): string {
  if (format === "hostname") return "host name";
  return `text${maxLength === undefined ? "" : ` of at most ${String(maxLength)} characters`}`;
}

/** Says in words what a schema takes. */
export function typeInWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return schema.const === "" ? "empty" : code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((one) => typeInWords(one)).join(", or ");
  switch (schema.type) {
    case "boolean":
      return `${code("true")} or ${code("false")}`;
    case "integer":
      return `whole number${range(schema)}`;
    case "number":
      return `number${range(schema)}`;
    case "string":
      return text(schema);
    case "array":
      return `list${schema.maxItems === undefined ? "" : ` of at most ${String(schema.maxItems)}`}: ${typeInWords((schema.items ?? {}) as JsonSchema)}`;
    case "object":
      return "object";
    default:
      return "any value";
  }
}

/** The members of an object, those that need not be given with a question mark; of a choice, each possibility. */
export function membersInWords(schema: JsonSchema): string {
  const either = schema.anyOf ?? schema.oneOf;
  if (either !== undefined) return either.map((one) => membersInWords(one)).join("; or ");
  const members = Object.entries(schema.properties ?? {});
  if (members.length === 0) return "–";
  return members
    .map(([name, member]) => {
      const only = (member as JsonSchema).const;
      if (only !== undefined) return code(`${name}: ${JSON.stringify(only)}`);
      return code(schema.required?.includes(name) === true ? name : `${name}?`);
    })
    .join(", ");
}
