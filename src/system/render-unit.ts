import { Failure } from "../model/failure.ts";
import { isReference, isTemplate } from "../model/reference.ts";
import type { UnitSections, UnitValue } from "./unit.ts";

interface Place {
  readonly key: string;
  /**
   * A section that podman's generator turns into the words of an ExecStart, so that each value is read twice: once by
   * the rules of systemd.syntax(7) and once as part of a command line.
   */
  readonly podman: boolean;
}

function refused({ key }: Place, found: string, next: string): Failure {
  return new Failure({ code: "unit-value", attempted: "write a unit file", subject: key, found, next });
}

/** A value as text that a line can carry. */
function textOf(value: unknown, place: Place): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") {
    throw new Failure({
      code: "internal",
      attempted: "write a unit file",
      subject: place.key,
      found: "a reference was left in the unit",
      next: "This is a defect in Fediversity: please report it.",
    });
  }
  const next = "Remove it from the option that this value comes from, or put the text into a file of its own.";
  // A line break would begin a new key: the value must be refused, not repaired.
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    throw refused(
      place,
      "the value holds a line break or another control character, which unit files cannot carry",
      next,
    );
  }
  // systemd ignores lines with such characters: they are no valid UTF-8 text to it.
  if (!value.isWellFormed() || /\p{Noncharacter_Code_Point}/u.test(value))
    throw refused(place, "the value is not valid Unicode text", next);
  return value;
}

/** Quotes one word for a unit file: systemd.syntax(7), "Quoting". */
function quoted(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** Doubles `%`, so that it is not taken for a specifier: systemd.unit(5), "Specifiers". */
function literal(value: string): string {
  return value.replaceAll("%", "%%");
}

/** Doubles `$`, so that it is not taken for a variable: systemd.service(5), "Command lines". */
function withoutVariables(value: string): string {
  return value.replaceAll("$", "$$$$");
}

function word(value: string): string {
  return /^[A-Za-z0-9/._=:@,+%-]+$/.test(value) ? value : quoted(value);
}

const program = /^[-@:+!|]{0,3}\/[A-Za-z0-9._+/-]+$/;

/** One command line for systemd itself: systemd.service(5), "Command lines". */
function commandLine(words: readonly unknown[], place: Place): string {
  const [first = "", ...others] = words.map((value) => textOf(value, place));
  if (!program.test(first)) {
    throw refused(
      place,
      `the command begins with ${JSON.stringify(first)}, which is not an absolute path of a program`,
      "Give the command as a list of words whose first is an absolute path.",
    );
  }
  // The prefix `:` switches variables off, and with them the doubling.
  const escape = /^[^/]*:/.test(first) ? literal : (value: string): string => withoutVariables(literal(value));
  return [first, ...others.map((value) => word(escape(value)))].join(" ");
}

/** The arguments of a container: podman-systemd.unit(5), Exec=. Podman's generator passes them on without quotes. */
function containerArguments(words: readonly unknown[], place: Place): string {
  return words
    .map((value) => {
      const text = textOf(value, place);
      if (text !== "" && text !== ";") return word(withoutVariables(literal(text)));
      throw refused(
        place,
        `the word ${JSON.stringify(text)} is lost or misread on its way through podman's generator`,
        "Put the command into a script of the image, or pass the value as a variable.",
      );
    })
    .join(" ");
}

/** Whether the key holds a command: those of systemd.exec(5) that begin alike hold paths. */
function isCommand(key: string): boolean {
  return /^Exec(?!Paths$|SearchPath$)/.test(key);
}

function plain(value: string, place: Place): string {
  const text = textOf(value, place).replace(/^ +| +$/g, "");
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text)) {
    throw refused(
      place,
      "the value ends in a backslash, which would join the next line to it",
      "Remove the backslash from the option that this value comes from.",
    );
  }
  return place.podman ? withoutVariables(literal(text)) : literal(text);
}

function lines(value: UnitValue, place: Place): readonly string[] {
  const { key, podman } = place;
  if (typeof value === "number") return [`${key}=${String(value)}`];
  if (typeof value === "boolean") return [`${key}=${value ? "yes" : "no"}`];
  const command = podman ? containerArguments : commandLine;
  if (typeof value === "string") {
    return [`${key}=${isCommand(key) && value !== "" ? command([value], place) : plain(value, place)}`];
  }
  if (Array.isArray(value)) {
    // An empty item would take back those before it: systemd.syntax(7). It comes of a binding that has nothing to say.
    if (!isCommand(key)) return value.flatMap((item: UnitValue) => (item === "" ? [] : lines(item, place)));
    const nested = value.some(Array.isArray) ? value : [value];
    return nested.map((words: string | readonly string[]) => `${key}=${command([words].flat(), place)}`);
  }
  if (isReference(value) || isTemplate(value)) return [textOf(value, place)];
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, given]) => {
      const text = `${name}=${literal(textOf(given, place))}`;
      return `${key}=${quoted(podman ? withoutVariables(text) : text)}`;
    });
}

const sectionOrder = (section: string): number => (section === "Unit" ? 0 : section === "Install" ? 2 : 1);
const podmanSections = /^(?:Container|Pod|Volume|Network|Image|Build|Kube)$/;

/**
 * Writes sections as a unit file. Words of commands and variables are escaped so that they arrive literally; other
 * values keep the syntax of their key, save that `%` is no specifier. Sections and keys stand in a fixed order, so that
 * equal units have equal texts. References must have been replaced before.
 * @throws Failure `unit-value` for values that a unit file cannot carry
 */
export function renderUnit(sections: UnitSections): string {
  return Object.entries(sections)
    .toSorted(([a], [b]) => sectionOrder(a) - sectionOrder(b) || (a < b ? -1 : 1))
    .map(([section, keys]) => {
      const podman = podmanSections.test(section);
      const sorted = Object.entries(keys).toSorted(([a], [b]) => (a < b ? -1 : 1));
      return [`[${section}]`, ...sorted.flatMap(([key, value]) => lines(value, { key, podman }))];
    })
    .map((block) => `${block.join("\n")}\n`)
    .join("\n");
}
