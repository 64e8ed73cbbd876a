import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { positionIn, scanJson } from "./json-scan.ts";
import { readText } from "./read-text.ts";

/** A configuration as it was written, and where its parts are. */
export interface ConfigurationFile {
  readonly file: string;
  readonly document: unknown;
  /** Adds the line to what was found wrong with a part of the document. */
  locate(report: FailureReport): FailureReport;
}

const attempted = "read the configuration";

async function howToGetOne(file: string): Promise<string> {
  const sample = join(dirname(file), "configuration.sample.json");
  try {
    await access(sample);
    return `Copy ${sample} to ${file} and change it to your needs, or name another file with --configuration.`;
  } catch {
    return `Write it (see docs/command-line.md), or name another file with --configuration.`;
  }
}

/** Shows the place of a mistake. Values are blotted out, since one of them may be a password. */
function excerpt(text: string, { line, column }: { line: number; column: number }): readonly string[] {
  const whole = text.split("\n")[line - 1] ?? "";
  const name = /^[^:]*:/.exec(whole)?.[0] ?? "";
  const blotted = name + whole.slice(name.length).replaceAll(/[^\s{}[\],:"']/gu, "•");
  const from = Math.max(0, column - 60);
  const number = String(line);
  return [`${number} ${blotted.slice(from, from + 100)}`, `${" ".repeat(number.length + column - from)}^`];
}

function locateIn(file: string, text: string, offsets: ReadonlyMap<string, number>): ConfigurationFile["locate"] {
  return function locate(report: FailureReport): FailureReport {
    const offset = report.subject === undefined ? undefined : nearestOffset(offsets, report.subject);
    const failures = report.failures?.map(locate);
    return {
      ...report,
      ...(offset === undefined
        ? {}
        : { subject: `${file}:${String(positionIn(text, offset).line)}: ${report.subject ?? ""}` }),
      ...(failures === undefined ? {} : { failures }),
    };
  };
}

/** What is missing in the document has no place in it: then that of what should hold it. */
function nearestOffset(offsets: ReadonlyMap<string, number>, path: string): number | undefined {
  if (path === "(document)") return 0;
  for (let part = path; part !== ""; part = part.replace(/(?:^|\.)[^.[\]]*$|\[[^[]*\]$/, "")) {
    const offset = offsets.get(part);
    if (offset !== undefined) return offset;
  }
  return undefined;
}

/**
 * Reads a configuration. Whether it says something sensible is found out by evaluation.
 * @throws Failure `configuration-missing`, `configuration-syntax` with line and column
 */
export async function loadConfiguration(file: string): Promise<ConfigurationFile> {
  const missing = await howToGetOne(file);
  const text = await readText(file, { code: "configuration-missing", attempted, missing });
  const { offsets, mistake } = scanJson(text);
  if (mistake !== undefined) {
    const position = positionIn(text, mistake.offset);
    throw new Failure({
      code: "configuration-syntax",
      attempted,
      subject: `${file}:${String(position.line)}:${String(position.column)}`,
      found: `this is not JSON: ${mistake.found}`,
      next: "Correct it there; nothing has been changed anywhere.",
      details: excerpt(text, position),
    });
  }
  return { file, document: JSON.parse(text) as unknown, locate: locateIn(file, text, offsets) };
}
