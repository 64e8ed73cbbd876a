import type { z } from "zod";
import { isObject, member } from "./json.ts";

type Issue = z.core.$ZodIssue;

const types: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  undefined: "nothing",
  never: "nothing",
};

function described(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return typeof value === "string" ? "text" : "a number";
}

function counted(bound: number | bigint, what: string): string {
  return `${String(bound)} ${what}${Number(bound) === 1 ? "" : "s"}`;
}

function limit(issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string {
  const small = issue.code === "too_small";
  const bound = small ? issue.minimum : issue.maximum;
  if (issue.origin === "string") return `expected at ${small ? "least" : "most"} ${counted(bound, "character")}`;
  if (issue.origin === "array") {
    return `expected at ${small ? "least" : "most"} ${counted(bound, "item")} in the list`;
  }
  if (issue.inclusive === false) return `expected a number ${small ? "above" : "below"} ${String(bound)}`;
  return `expected a number of at ${small ? "least" : "most"} ${String(bound)}`;
}

/** The values that an issue says are allowed, where it knows them all. */
export function allowedValues(issue: Issue): readonly unknown[] | undefined {
  if (issue.code === "invalid_value") return issue.values;
  return issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options)
    ? issue.options
    : undefined;
}

function oneOf(values: readonly unknown[]): string {
  const written = values.map((value) => JSON.stringify(value));
  return written.length === 1 ? `expected ${written.join("")}` : `expected one of ${written.join(", ")}`;
}

/** Whether a message is a schema library's own, and not one that the schema's author wrote. */
const ownMessage =
  /^(?:Invalid (?:input|option|string|number|key in|value in|discriminator value|email address$|URL$)|Too (?:small|big): )/;

/** Of the branches of a union the one that came furthest says best what is wrong. */
function union(errors: readonly (readonly Issue[])[], value: unknown): string {
  const firsts = errors.flatMap(([first]) => (first === undefined ? [] : [first]));
  const deepest = firsts.toSorted((a, b) => b.path.length - a.path.length)[0];
  if (deepest !== undefined && deepest.path.length > 0) {
    return `${expectation(deepest, deepest.path.reduce<unknown>(member, value))} (at ${deepest.path.join(".")})`;
  }
  const choices = firsts.map((issue) => expectation(issue, value).replace(/^expected /, ""));
  const bare = [...new Set(choices.map((choice) => choice.replace(/, found .*$/, "")))];
  return `expected ${bare.join(" or ") || "another value"}, found ${described(value)}`;
}

/**
 * Says what one issue of a schema expected, as a clause without capital and full stop: "expected text, found a list".
 * The author's own message wins. The value itself is never repeated, since it may be secret.
 * @param value what the document holds at the place of the issue
 */
export function expectation(issue: Issue, value: unknown): string {
  if (!ownMessage.test(issue.message)) return issue.message;
  const allowed = allowedValues(issue);
  if (allowed !== undefined) return oneOf(allowed);
  switch (issue.code) {
    case "invalid_type": {
      const expected = types[issue.expected] ?? issue.expected;
      const fraction = issue.expected === "int" && typeof value === "number";
      return `expected ${expected}, found ${fraction ? "another number" : described(value)}`;
    }
    case "too_small":
    case "too_big":
      return limit(issue);
    case "not_multiple_of":
      return `expected a multiple of ${String(issue.divisor)}`;
    case "invalid_format":
      if (issue.format === "email") return "expected an e-mail address";
      if (issue.format === "url") return "expected an address such as https://example.org";
      return issue.pattern === undefined ? "expected another form" : `expected text that matches ${issue.pattern}`;
    case "invalid_union":
      return union(issue.errors, value);
    case "invalid_key": {
      const [inner] = issue.issues;
      const name = issue.path.at(-1);
      return inner === undefined ? "this name is not allowed here" : `as a name: ${expectation(inner, name)}`;
    }
    case "invalid_value":
    case "invalid_element":
    case "unrecognized_keys":
    case "custom":
      return issue.message;
  }
}
