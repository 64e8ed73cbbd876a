import type { EngineEvent } from "../event.ts";
import type { FailureReport } from "../../model/failure.ts";

/** The last line of defence: takes secret values out of what people and logs will see. */
export interface Redactor {
  /** Makes a value known. Values of fewer than four characters are left alone: they would blot out ordinary words. */
  hide(name: string, value: string): void;
  text(text: string): string;
  event(event: EngineEvent): EngineEvent;
  report(report: FailureReport): FailureReport;
}

const shortest = 4;
/** Lines of a value of several lines, such as a private key, are hidden one by one when they are at least as long. */
const shortestLine = 12;

/** Members that hold names and words of the engine, which scripts rely on. */
const structural: ReadonlySet<string> = new Set([
  "event",
  "verb",
  "deployment",
  "component",
  "components",
  "action",
  "after",
  "code",
  "outcome",
]);

function formsOf(value: string): readonly string[] {
  const lines = value.includes("\n") ? value.split("\n").filter((line) => line.length >= shortestLine) : [];
  const whole = value.trim().length >= shortest ? [value.trim()] : [];
  return [...whole, ...lines].flatMap((form) => [
    form,
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form.toWellFormed()),
    Buffer.from(form).toString("base64"),
  ]);
}

/** Starts a redactor that knows no value yet. */
export function redactor(): Redactor {
  const names = new Map<string, string>();
  let pattern: RegExp | undefined;

  const text = (subject: string): string => {
    if (names.size === 0) return subject;
    pattern ??= new RegExp(
      [...names.keys()]
        .toSorted((a, b) => b.length - a.length)
        .map((form) => form.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
        .join("|"),
      "g",
    );
    return subject.replace(pattern, (form) => `[secret ${names.get(form) ?? ""}]`);
  };

  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, structural.has(key) ? item : deep(item)]),
    );
  };

  return {
    hide(name, value) {
      for (const form of formsOf(value)) if (!names.has(form)) names.set(form, name);
      pattern = undefined;
    },
    text,
    event: (event) => (names.size === 0 ? event : (deep(event) as EngineEvent)),
    report: (report) => (names.size === 0 ? report : (deep(report) as FailureReport)),
  };
}
