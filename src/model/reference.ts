import { z } from "zod";
import { isObject } from "./json.ts";

/** A value that is known once another component exists: one of its outputs. */
export interface OutputReference {
  /** The component, as `type/name`. */
  readonly $output: string;
  /** The name of the output. */
  readonly path: string;
}

/** A value that must not be seen: a secret of the deployment, by name. */
export interface SecretReference {
  readonly $secret: string;
}

/** A value that an application gets back for a request; evaluation replaces it, a deployment never holds one. */
export interface BindingReference {
  /** The request, as `application/request`. */
  readonly $binding: string;
  /** The member of the binding. */
  readonly path: string;
}

/** A value that stands for one that comes later. */
export type Reference = OutputReference | SecretReference | BindingReference;

/** Text made of literal parts and references, in order. */
export interface Template {
  readonly $text: readonly (string | Reference)[];
}

/** Text that may hold references: what most text fields of requests and systems take. */
export type Text = string | Reference | Template;

/** The binding of a request as an application sees it: every member is a reference to the value that comes later. */
export type Binding<T> = { readonly [K in keyof T]: BindingReference };

const referenceKeys = ["$output", "$secret", "$binding"] as const;

/** Tells whether a value is a {@link Reference}. */
export function isReference(value: unknown): value is Reference {
  return isObject(value) && referenceKeys.some((key) => typeof value[key] === "string");
}

/** Tells whether a value is a {@link Template}. */
export function isTemplate(value: unknown): value is Template {
  return isObject(value) && Array.isArray(value["$text"]);
}

/** References the secret of this name. */
export function secret(name: string): SecretReference {
  return { $secret: name };
}

/** References an output of a component. */
export function output(component: string, path: string): OutputReference {
  return { $output: component, path };
}

/**
 * Tagged template that combines text and references: `` text`postgres://${db.user}@${db.host}` ``.
 * Text without references stays a plain string; one that holds a secret is itself secret.
 */
export function text(literals: TemplateStringsArray, ...values: readonly (Text | number)[]): Text {
  return join(
    literals.flatMap((literal, index) => (index < values.length ? [literal, values[index] ?? ""] : [literal])),
  );
}

/** Joins parts to one text: neighbouring literals become one, and no reference means a plain string. */
export function join(parts: readonly (Text | number)[]): Text {
  const flat = parts.flatMap((part): readonly (string | Reference)[] =>
    typeof part === "number" ? [String(part)] : isTemplate(part) ? part.$text : [part],
  );
  const merged: (string | Reference)[] = [];
  for (const part of flat) {
    const last = merged.at(-1);
    if (part === "") continue;
    if (typeof part === "string" && typeof last === "string") merged[merged.length - 1] = last + part;
    else merged.push(part);
  }
  const [only] = merged;
  if (only === undefined) return "";
  return merged.length === 1 ? only : { $text: merged };
}

/** Replaces every reference for which `replace` gives a value, wherever it stands, and joins templates anew. */
export function substitute(value: unknown, replace: (reference: Reference) => unknown): unknown {
  if (isReference(value)) {
    const replaced = replace(value);
    return replaced === undefined ? value : replaced;
  }
  if (isTemplate(value)) {
    return join(
      value.$text.map((part): Text => {
        const replaced = substitute(part, replace);
        return isReference(replaced) || isTemplate(replaced) ? replaced : String(replaced);
      }),
    );
  }
  if (Array.isArray(value)) return value.map((item) => substitute(item, replace));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, replace)]));
}

/** Lists every reference in a value, in the order in which they stand. */
export function referencesIn(value: unknown): readonly Reference[] {
  if (isReference(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isObject(value) ? Object.values(value).flatMap(referencesIn) : [];
}

/** Tells whether a value holds a secret anywhere, and therefore is one. */
export function isSecret(value: unknown): boolean {
  return referencesIn(value).some((reference) => "$secret" in reference);
}

function textProblem(value: unknown): string | undefined {
  return typeof value === "string" || isReference(value) || isTemplate(value)
    ? undefined
    : "expected text, a reference or a template of both";
}

/** Schema of text that may hold references, secrets included. */
export const SecretText = z.custom<Text>((value) => textProblem(value) === undefined, {
  message: "expected text, a reference or a template of both",
});

/** Schema of text that may hold references, but no secret: it ends in places that everybody can read. */
export const PlainText = z.custom<Text>((value) => textProblem(value) === undefined && !isSecret(value), {
  message: "expected text or references without a secret: this place can be read by everybody on the machine",
});

/**
 * Schema of a value that may be a reference instead: `referable(z.number())`.
 * What is not a reference is checked against `schema`, with its own messages.
 */
export function referable<T extends z.ZodType>(schema: T): z.ZodType<z.output<T> | Reference, z.input<T> | Reference> {
  return z.unknown().transform((value, context): z.output<T> | Reference => {
    if (isReference(value)) return value;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      context.addIssue({ code: "custom", message: issue.message, path: [...issue.path] });
    }
    return z.NEVER;
  }) as z.ZodType<z.output<T> | Reference, z.input<T> | Reference>;
}
