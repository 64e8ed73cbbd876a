import type { Mutation } from "./double-image.ts";

/** A program of an image with an environment, as `run-cases.sh` starts it. */
export interface Case {
  /** Which it is, in words. */
  readonly name: string;
  /** What it must be refused with; undefined for the control, which has to be accepted. */
  readonly refusal: string | undefined;
  /** Makes a shell set the environment and become the program. */
  readonly script: string;
  /** Succeeds once the program serves: of a control that does not end by itself. */
  readonly ready?: string | undefined;
}

/** How a case came out. */
export interface CaseResult {
  /** 124 when it had to be ended. */
  readonly code: number;
  readonly output: string;
  readonly served: boolean;
}

/** Reads an environment file: podman-run(1), `--env-file`; values are taken verbatim. */
export function parseEnvironment(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Gives the script of a case: secrets stand in it and in no list of processes. */
export function caseScript(environment: Mutation["env"], program: readonly string[]): string {
  const lines = Object.entries(environment).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `export ${name}=${quoted(value)}`,
  );
  return ['echo "$$" >"${0%.sh}.pid"', ...lines, `exec ${program.map(quoted).join(" ")}`, ""].join("\n");
}

const isSecret = (name: string): boolean => /PASS|SECRET|_KEY|SALT|_AUTH$/.test(name) && !/PUBLIC|KEY_ID/.test(name);

/** What is wrong with how a case came out; undefined when it is as it should be. */
export function faultOf(
  { name, refusal }: Case,
  { code, output, served }: CaseResult,
  environment: Readonly<Record<string, string>>,
): string | undefined {
  const end = output.trim().split("\n").slice(-4).join(" | ").slice(0, 400);
  const leaked = Object.entries(environment).find(
    ([variable, value]) => isSecret(variable) && value.length >= 12 && output.includes(value),
  );
  if (leaked !== undefined) return `${name}: it printed the value of ${leaked[0]}`;
  if (refusal === undefined)
    return served || code === 0 ? undefined : `${name}: refused, exit code ${String(code)}: ${end}`;
  if (output.includes(refusal)) return code === 1 ? undefined : `${name}: exit code ${String(code)}: ${end}`;
  const how = code === 124 ? "accepted" : `exit code ${String(code)} without "${refusal}"`;
  return `${name}: ${how}: ${end}`;
}
