import { parseArgs } from "node:util";
import { Failure } from "../../src/model/failure.ts";
import { nearest } from "../../src/model/nearest.ts";
import type { Check, CheckOptions, Chosen } from "./check.ts";
import { defaultCache } from "./lab.ts";

/** What a command line asks of the runner of checks. */
export interface CheckCommand extends CheckOptions {
  /** The checks to run. */
  readonly checks: readonly Check[];
  readonly clear: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

const drivers = {
  interactive: { type: "boolean" },
  "keep-failed": { type: "boolean" },
  clear: { type: "boolean" },
  list: { type: "boolean" },
  help: { type: "boolean" },
  cache: { type: "string" },
  out: { type: "string" },
} as const;

const driversUsage = `  --interactive      stop with the machines up, before the check's steps and after them
  --keep-failed      leave the machines running when a check fails
  --clear            remove what earlier runs left, and run nothing
  --list             print the names of the checks
  --cache FOLDER     images and running labs (${defaultCache})
  --out FOLDER       logs of failures (the folder logs of the cache)
`;

/** Explains every option of the runner, and those that the checks have for themselves. */
export function checkUsage(checks: readonly Check[]): string {
  const own = checks.flatMap(({ name, options = {} }) =>
    Object.entries(options).map(
      ([option, { description, choices }]) =>
        `  --${option}=${choices.join("|")}\n${" ".repeat(21)}${name}: ${description}\n`,
    ),
  );
  return driversUsage + own.join("");
}

function refused(found: string, meant: string | undefined): Failure {
  return new Failure({
    code: "usage",
    attempted: "read the command line",
    found: meant === undefined ? found : `${found}; did you mean ${meant}?`,
    next: "See --help.",
  });
}

function choose(checks: readonly Check[], known: readonly Check[], name: string, value: string): void {
  const having = checks.filter(({ options }) => options?.[name] !== undefined);
  if (having.length === 0) {
    const others = known.filter(({ options }) => options?.[name] !== undefined).map((check) => check.name);
    throw refused(`--${name} is an option of ${others.join(", ")}, which is not to be run`, undefined);
  }
  for (const { options } of having) {
    const choices = options?.[name]?.choices ?? [];
    if (choices.includes(value)) continue;
    const near = nearest(value, choices);
    throw refused(`--${name} is one of ${choices.join(", ")}, and not ${value === "" ? "empty" : value}`, near);
  }
}

/**
 * Reads a command line.
 * @param known the checks that there are, whose own options are options too
 * @throws Failure `usage` when a check, an option or a choice does not exist: it names the nearest one
 */
export function parseCheckCommand(args: readonly string[], known: readonly Check[]): CheckCommand {
  const own = new Set(known.flatMap(({ options = {} }) => Object.keys(options)));
  const { tokens, positionals } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: { ...Object.fromEntries([...own].map((name) => [name, { type: "string" as const }])), ...drivers },
  });
  const given = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value } = token;
    const takes = own.has(name) ? "string" : drivers[name as keyof typeof drivers]?.type;
    if (takes === undefined || !rawName.startsWith("--")) {
      const near = nearest(name, [...own, ...Object.keys(drivers)]);
      throw refused(`there is no option ${rawName}`, near === undefined ? undefined : `--${near}`);
    }
    if (takes === "string" && value === undefined) throw refused(`${rawName} needs a value`, undefined);
    if (takes === "boolean" && value !== undefined) throw refused(`${rawName} takes no value`, undefined);
    given.set(name, value);
  }
  const names = known.map(({ name }) => name);
  const wanted = positionals.map((name) => {
    const check = known.find((one) => one.name === name);
    if (check !== undefined) return check;
    throw refused(`there is no check ${name}; there are: ${names.join(", ")}`, nearest(name, names));
  });
  const checks = wanted.length === 0 ? known : wanted;
  const chosen: Chosen = Object.fromEntries([...given].filter(([name]) => own.has(name)));
  for (const [name, value = ""] of Object.entries(chosen)) choose(checks, known, name, value);
  return {
    checks,
    interactive: given.has("interactive"),
    keepFailed: given.has("keep-failed"),
    clear: given.has("clear"),
    list: given.has("list"),
    help: given.has("help"),
    cache: given.get("cache"),
    out: given.get("out"),
    chosen,
  };
}
