import type { z } from "zod";
import type { FailureReport } from "./failure.ts";
import { isObject } from "./json.ts";
import { nearest } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/** Writes a path as in the document: `applications.hello.enable`, `list[2].name`; the document itself is `(document)`. */
export function pathInDocument(path: readonly PropertyKey[]): string {
  const written = path.reduce<string>(
    (sum, key) =>
      typeof key === "number" ? `${sum}[${String(key)}]` : sum === "" ? String(key) : `${sum}.${String(key)}`,
    "",
  );
  return written === "" ? "(document)" : written;
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (Array.isArray(value) ? value[Number(key)] : isObject(value) ? value[String(key)] : undefined),
    document,
  );
}

function described(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** Steps into the wrappers (optional, default …) and members of a schema as far as its shape can be followed. */
function shapeAt(schema: z.ZodType, path: readonly PropertyKey[]): Readonly<Record<string, z.ZodType>> {
  let current: unknown = schema;
  const unwrapped = (value: unknown): unknown => {
    const inner = isObject(value) && isObject(value["def"]) ? value["def"]["innerType"] : undefined;
    return inner === undefined ? value : unwrapped(inner);
  };
  for (const key of path) {
    const object = unwrapped(current);
    current = isObject(object) && isObject(object["shape"]) ? object["shape"][String(key)] : undefined;
  }
  const object = unwrapped(current);
  return isObject(object) && isObject(object["shape"]) ? (object["shape"] as Record<string, z.ZodType>) : {};
}

function unknownKey(schema: z.ZodType, issue: Issue, key: string, attempted: string): FailureReport {
  const known = Object.keys(shapeAt(schema, issue.path));
  const near = nearest(key, known);
  return {
    code: "unknown-key",
    attempted,
    subject: pathInDocument([...issue.path, key]),
    found: `there is no "${key}" here${near === undefined ? "" : `; did you mean "${near}"?`}`,
    next:
      near === undefined
        ? `Known here: ${known.toSorted().join(", ") || "nothing"}.`
        : `Write "${near}" instead. Known here: ${known.toSorted().join(", ")}.`,
  };
}

/**
 * Turns what a schema has to say into one report per mistake, each with its path in the document.
 * Values are never repeated, since they may be secret; for unknown keys the nearest known one is named.
 */
export function explainIssues(options: {
  readonly schema: z.ZodType;
  readonly document: unknown;
  readonly issues: readonly Issue[];
  readonly attempted: string;
}): readonly FailureReport[] {
  const { schema, document, attempted } = options;
  return options.issues.flatMap((issue): readonly FailureReport[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(schema, issue, key, attempted));
    }
    const value = valueAt(document, issue.path);
    const near =
      issue.code === "invalid_value" && typeof value === "string"
        ? nearest(value, issue.values.map(String))
        : undefined;
    const expected =
      issue.code === "invalid_type"
        ? `expected ${issue.expected === "object" ? "an object" : `a ${issue.expected}`}, found ${described(value)}`
        : issue.message.replace(/^Invalid (?:input|option): /, "");
    return [
      {
        code: value === undefined ? "missing" : "invalid-value",
        attempted,
        subject: pathInDocument(issue.path),
        found: expected + (near === undefined ? "" : `; did you mean "${near}"?`),
        next: value === undefined ? "Add it." : "Correct the value.",
      },
    ];
  });
}
