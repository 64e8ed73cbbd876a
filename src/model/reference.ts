import { z } from "zod";
import { expectation } from "./expectation.ts";
import { Failure } from "./failure.ts";
import { isObject, member } from "./json.ts";
import { isSettled, once } from "./settled.ts";

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

/** Tells whether a value is a {@link Reference}. */
export function isReference(value: unknown): value is Reference {
  if (!isObject(value)) return false;
  if (typeof value["$secret"] === "string") return true;
  return (
    typeof value["path"] === "string" && (typeof value["$output"] === "string" || typeof value["$binding"] === "string")
  );
}

/** Tells whether a value is a {@link Template}. */
export function isTemplate(value: unknown): value is Template {
  return (
    isObject(value) &&
    Array.isArray(value["$text"]) &&
    value["$text"].every((part) => typeof part === "string" || isReference(part))
  );
}

/** Lets a reference fail where it is taken for text, which would otherwise silently read `[object Object]`. */
const noPrimitive: PropertyDescriptor = {
  value: () => {
    throw new TypeError("a reference stands for a value that comes later: combine it by the template text`…`");
  },
};

function reference<R extends Reference>(value: R): R {
  return Object.defineProperty(value, Symbol.toPrimitive, noPrimitive);
}

/** References the secret of this name. */
export function secret(name: string): SecretReference {
  return reference({ $secret: name });
}

/** References an output of a component. */
export function output(component: string, path: string): OutputReference {
  return reference({ $output: component, path });
}

/** References a member of the binding of a request, `application/request`. */
export function binding(request: string, path: string): BindingReference {
  return reference({ $binding: request, path });
}

/**
 * Tagged template that combines text and references: `` text`postgres://${db.user}@${db.host}` ``.
 * Text without references stays a plain string; one that holds a secret is itself secret.
 */
export function text(literals: TemplateStringsArray, ...values: readonly (Text | number)[]): Text {
  const parts: (string | Reference)[] = [];
  for (let index = 0; index < literals.length; index += 1) {
    add(parts, literals[index] ?? "");
    if (index < values.length) add(parts, values[index] ?? "");
  }
  return textOf(parts);
}

/**
 * Joins parts to one text: neighbouring literals become one, and no reference means a plain string.
 * @throws TypeError for a part that is none, such as a whole binding in place of one of its members
 */
export function join(parts: readonly (Text | number)[]): Text {
  const merged: (string | Reference)[] = [];
  for (const part of parts) add(merged, part);
  return textOf(merged);
}

/** Adds a part to the end of a text, and to its last literal where it is one itself. */
function add(parts: (string | Reference)[], part: Text | number): void {
  if (typeof part === "string" || typeof part === "number") {
    if (part === "") return;
    const last = parts.at(-1);
    if (typeof last === "string") parts[parts.length - 1] = `${last}${String(part)}`;
    else parts.push(String(part));
  } else if (isReference(part)) parts.push(part);
  else if (isTemplate(part)) for (const one of part.$text) add(parts, one);
  else throw new TypeError("a text consists of strings, numbers, references and other texts; here is something else");
}

function textOf(parts: readonly (string | Reference)[]): Text {
  const [first = ""] = parts;
  // A reference that stands alone stays a template, so that a number which comes in its place becomes text.
  return parts.length <= 1 && typeof first === "string" ? first : { $text: parts };
}

/** A value that takes the place of a reference inside a text. */
function inText(value: unknown): Text {
  if (isReference(value) || isTemplate(value)) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Failure({
    code: "text-invalid",
    attempted: "put a value into a text",
    found: `a text can take a string or a number, and this is ${Array.isArray(value) ? "a list" : "neither"}`,
    next: "Mend the application or resource module that puts this reference into a text.",
  });
}

/**
 * Replaces every reference for which `replace` gives a value, wherever it stands, and joins templates anew.
 * @throws Failure `text-invalid` when a list or an object would become part of a text
 */
export function substitute(value: unknown, replace: (reference: Reference) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isSettled(value) && !settledReferences(value).some((one) => replace(one) !== undefined)) return value;
  if (Array.isArray(value)) return substituteInList(value, replace);
  if (!isObject(value)) return value;
  if (isReference(value)) {
    const replaced = replace(value);
    return replaced === undefined ? value : replaced;
  }
  if (isTemplate(value)) return substituteInTemplate(value, replace);
  // Most of a deployment holds no reference: what does not change is not copied.
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const replaced = substitute(value[key], replace);
    if (replaced === value[key]) continue;
    copy ??= { ...value };
    Object.defineProperty(copy, key, { value: replaced, configurable: true, enumerable: true, writable: true });
  }
  return copy ?? value;
}

function substituteInTemplate(template: Template, replace: (reference: Reference) => unknown): Text {
  const parts: (string | Reference)[] = [];
  for (const part of template.$text) add(parts, typeof part === "string" ? part : inText(substitute(part, replace)));
  return textOf(parts);
}

function substituteInList(list: readonly unknown[], replace: (reference: Reference) => unknown): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index];
    const replaced = substitute(item, replace);
    if (replaced === item) continue;
    copy ??= [...list];
    copy[index] = replaced;
  }
  return copy ?? list;
}

const settledReferences = once((value: object): readonly Reference[] => {
  const found: Reference[] = [];
  collectWithin(value, found);
  return found;
});

function collectWithin(value: object, found: Reference[]): void {
  if (isReference(value)) found.push(value);
  else for (const item of Array.isArray(value) ? value : Object.values(value)) collect(item, found);
}

function collect(value: unknown, found: Reference[]): void {
  if (typeof value !== "object" || value === null) return;
  if (isSettled(value)) for (const one of settledReferences(value)) found.push(one);
  else collectWithin(value, found);
}

/** Lists every reference in a value, in the order in which they stand. */
export function referencesIn(value: unknown): readonly Reference[] {
  const found: Reference[] = [];
  collect(value, found);
  return found;
}

/** Tells whether a value holds a secret anywhere, and therefore is one. */
export function isSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (isReference(value)) return "$secret" in value;
  return (Array.isArray(value) ? value : Object.values(value)).some(isSecret);
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
      const message = expectation(issue, issue.path.reduce<unknown>(member, value));
      context.addIssue({ code: "custom", message, path: [...issue.path] });
    }
    return z.NEVER;
  }) as z.ZodType<z.output<T> | Reference, z.input<T> | Reference>;
}
