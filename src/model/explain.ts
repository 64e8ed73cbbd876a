import type { z } from "zod";
import { allowedValues, expectation } from "./expectation.ts";
import type { FailureReport } from "./failure.ts";
import { isObject, member } from "./json.ts";
import { nearest } from "./nearest.ts";

type Issue = z.core.$ZodIssue;

/**
 * Writes a path as in the document: `applications.hello.enable`, `list[2].name`, `files["/etc/motd"].mode`; the
 * document itself is `(document)`.
 */
export function pathInDocument(path: readonly PropertyKey[]): string {
  const written = path.reduce<string>((sum, key) => {
    if (typeof key === "number") return `${sum}[${String(key)}]`;
    const name = String(key);
    if (!/^[\w$-]+$/.test(name)) return `${sum}[${JSON.stringify(name)}]`;
    return sum === "" ? name : `${sum}.${name}`;
  }, "");
  return written === "" ? "(document)" : written;
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
    current = isObject(object) ? member(object["shape"], key) : undefined;
  }
  const object = unwrapped(current);
  return isObject(object) && isObject(object["shape"]) ? (object["shape"] as Record<string, z.ZodType>) : {};
}

function unknownKey(schema: z.ZodType, issue: Issue, key: string, attempted: string): FailureReport {
  const known = Object.keys(shapeAt(schema, issue.path)).toSorted();
  const near = nearest(key, known);
  const list = known.length === 0 ? "Nothing can be set here." : `Known here: ${known.join(", ")}.`;
  return {
    code: "unknown-key",
    attempted,
    subject: pathInDocument([...issue.path, key]),
    found: `there is no ${JSON.stringify(key)} here${near === undefined ? "" : `; did you mean "${near}"?`}`,
    next: near === undefined ? `Remove it. ${list}` : `Write "${near}" instead. ${list}`,
  };
}

function wrongValue(issue: Issue, value: unknown, attempted: string): FailureReport {
  const near = typeof value === "string" ? nearest(value, (allowedValues(issue) ?? []).map(String)) : undefined;
  return {
    code: value === undefined ? "missing" : "invalid-value",
    attempted,
    subject: pathInDocument(issue.path),
    found: expectation(issue, value) + (near === undefined ? "" : `; did you mean "${near}"?`),
    next: value === undefined ? "Add it." : "Correct the value.",
  };
}

/**
 * Turns what a schema has to say into one report per mistake, each with its path in the document: of several
 * complaints about one value the first. Values are never repeated, since they may be secret; for unknown keys the
 * nearest known one is named.
 */
export function explainIssues(options: {
  readonly schema: z.ZodType;
  readonly document: unknown;
  readonly issues: readonly Issue[];
  readonly attempted: string;
}): readonly FailureReport[] {
  const { schema, document, attempted } = options;
  const seen = new Set<string>();
  return options.issues.flatMap((issue): readonly FailureReport[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownKey(schema, issue, key, attempted));
    }
    const report = wrongValue(issue, issue.path.reduce<unknown>(member, document), attempted);
    if (seen.has(report.subject ?? "")) return [];
    seen.add(report.subject ?? "");
    return [report];
  });
}
