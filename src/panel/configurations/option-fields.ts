import { z } from "zod";
import type { Application } from "../../model/application.ts";
import { isObject, type Json, type JsonObject } from "../../model/json.ts";

/** A control for one option of an application, as its schema makes it. */
export type OptionField = {
  readonly name: string;
  /** The schema's own words, in English. */
  readonly description: string;
  /** Folded at first: most operators never need it. */
  readonly advanced: boolean;
  readonly default: Json | undefined;
} & (
  | { readonly kind: "line" | "paragraph"; readonly maxLength: number | undefined }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  | { readonly kind: "switch" }
  | { readonly kind: "number"; readonly min: number | undefined; readonly max: number | undefined }
  /** Several texts, written with commas. */
  | { readonly kind: "list" }
);

/** Characters from which on a text gets several lines. */
const long = 200;

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function fieldOf(name: string, schema: JsonObject): OptionField {
  const { type, description, enum: values } = schema;
  const common = {
    name,
    description: typeof description === "string" ? description : "",
    advanced: schema["advanced"] === true,
    default: schema["default"],
  };
  if (Array.isArray(values)) return { ...common, kind: "choice", values: values.map(String) };
  switch (type) {
    case "boolean":
      return { ...common, kind: "switch" };
    case "integer":
    case "number":
      return { ...common, kind: "number", min: numberOf(schema["minimum"]), max: numberOf(schema["maximum"]) };
    case "array":
      return { ...common, kind: "list" };
    default: {
      const maxLength = numberOf(schema["maxLength"]);
      return { ...common, kind: (maxLength ?? 0) > long ? "paragraph" : "line", maxLength };
    }
  }
}

const known = new WeakMap<Application, readonly OptionField[]>();

/** The controls for an application's options, in the order in which its author wrote them. */
export function optionFields(application: Application): readonly OptionField[] {
  const found = known.get(application);
  if (found !== undefined) return found;
  const schema = z.toJSONSchema(application.options, { io: "input", unrepresentable: "any" }) as unknown as JsonObject;
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const fields = Object.entries(properties).map(([name, one]) => fieldOf(name, isObject(one) ? one : {}));
  known.set(application, fields);
  return fields;
}

/** The name of an option's control in a form: its path in the configuration, by which mistakes find it. */
export function fieldName(application: string, option: string): string {
  return `applications.${application}.${option}`;
}

/** What a control shows for a value. */
export function shownValue(field: OptionField, value: Json | undefined): string {
  const shown = value ?? field.default;
  if (Array.isArray(shown)) return shown.map(String).join(", ");
  return typeof shown === "string"
    ? shown
    : typeof shown === "number" || typeof shown === "boolean"
      ? String(shown)
      : "";
}

function written(field: OptionField, text: string | undefined): Json | undefined {
  switch (field.kind) {
    case "switch":
      return text === "true";
    case "number":
      // What is no number is left as it is, for the schema to refuse at the field.
      return text === undefined || text === "" ? undefined : /^-?[0-9]{1,15}$/.test(text) ? Number(text) : text;
    case "list":
      return text === undefined
        ? undefined
        : text
            .split(",")
            .map((part) => part.trim())
            .filter((part) => part !== "");
    case "paragraph":
      // Browsers send line breaks as CR LF: the HTML standard, form submission.
      return text?.replaceAll("\r\n", "\n");
    case "choice":
    case "line":
      return text;
  }
}

/** Reads the options of an application out of a form; what is as by default is left out. */
export function writtenOptions(application: Application, form: { readonly [name: string]: string }): JsonObject {
  const entries = optionFields(application).flatMap((field): readonly (readonly [string, Json])[] => {
    const value = written(field, form[fieldName(application.name, field.name)]);
    if (value === undefined || shownValue(field, value) === shownValue(field, undefined)) return [];
    return [[field.name, value]];
  });
  return Object.fromEntries(entries);
}
