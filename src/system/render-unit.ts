import { Failure } from "../model/failure.ts";
import type { UnitSections, UnitValue } from "./unit.ts";

function refuseControl(value: string, key: string): string {
  // A line break would begin a new key: the value must be refused, not repaired.
  // eslint-disable-next-line no-control-regex
  if (!/[\u0000-\u001f\u007f]/.test(value)) return value;
  throw new Failure({
    code: "unit-value",
    attempted: "write a unit file",
    subject: key,
    found: "the value holds a line break or another control character, which unit files cannot carry",
    next: "Remove it from the option that this value comes from, or put the text into a file of its own.",
  });
}

/** Quotes one word for a unit file: systemd.syntax(7), "Quoting". */
function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Doubles `%`, so that it is not taken for a specifier: systemd.unit(5), "Specifiers". */
function literal(value: string): string {
  return value.replaceAll("%", "%%");
}

/** One word of a command line: systemd.service(5), "Command lines"; `$` is doubled because variables are expanded there. */
function argument(value: string, index: number): string {
  const escaped = literal(value).replaceAll("$", "$$$$");
  if (index === 0 || /^[A-Za-z0-9/._=:@,+%-]+$/.test(escaped)) return escaped;
  return quoted(escaped);
}

const executable = /^[-@:+!|]{0,3}\/[A-Za-z0-9._+/-]+$/;

function commandLine(words: readonly string[], key: string): string {
  const [program = ""] = words;
  if (!executable.test(program)) {
    throw new Failure({
      code: "unit-value",
      attempted: "write a unit file",
      subject: key,
      found: `the command begins with ${JSON.stringify(program)}, which is not an absolute path of a program`,
      next: "Give the command as a list of words whose first is an absolute path.",
    });
  }
  return words.map((word, index) => argument(refuseControl(word, key), index)).join(" ");
}

function lines(key: string, value: UnitValue): readonly string[] {
  if (typeof value === "number") return [`${key}=${String(value)}`];
  if (typeof value === "boolean") return [`${key}=${value ? "yes" : "no"}`];
  if (typeof value === "string") {
    if (key.startsWith("Exec") && value !== "") return [`${key}=${commandLine([value], key)}`];
    return [`${key}=${literal(refuseControl(value, key)).trim()}`];
  }
  if (Array.isArray(value)) {
    if (!key.startsWith("Exec")) return value.flatMap((item: UnitValue) => lines(key, item));
    const nested = value.some(Array.isArray) ? value : [value];
    return nested.map((words: string | readonly string[]) =>
      typeof words === "string" ? `${key}=${commandLine([words], key)}` : `${key}=${commandLine(words, key)}`,
    );
  }
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => {
      if (typeof text !== "string") throw unresolved(key);
      return `${key}=${quoted(`${name}=${literal(refuseControl(text, key))}`)}`;
    });
}

function unresolved(key: string): Failure {
  return new Failure({
    code: "internal",
    attempted: "write a unit file",
    subject: key,
    found: "a reference was left in the unit",
    next: "This is a defect in Fediversity: please report it.",
  });
}

/**
 * Writes sections as a unit file: sections and keys in the given order, values escaped so that they arrive literally.
 * References must have been replaced before.
 * @throws Failure `unit-value` for values that a unit file cannot carry
 */
export function renderUnit(sections: UnitSections): string {
  return Object.entries(sections)
    .map(([section, keys]) => [`[${section}]`, ...Object.entries(keys).flatMap(([key, value]) => lines(key, value))])
    .map((block) => `${block.join("\n")}\n`)
    .join("\n");
}
