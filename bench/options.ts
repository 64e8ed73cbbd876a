import { parseArgs } from "node:util";
import { Failure } from "../src/model/failure.ts";
import { defaultCache } from "../checks/driver/lab.ts";

/** How `npm run bench` prints itself. */
export const usage = `Usage: npm run bench -- [OPTION…]
Measures the product beside its peers on machines of this computer, and prints each result against its budget.

  --only NAMES       only these measurements, joined by commas
  --rounds N         how often what is quick is done, at least 1 (5); what takes long three fifths of that
  --machines N       how many machines the large measurements have, at least 2 (24)
  --json             print one JSON array on standard output
  --write            measure everything and write docs/benchmarks.md and its plot
  --command FILE     measure this command instead of the checkout's, built as people install it
  --cache FOLDER     images, packages and installed peers (${defaultCache})
  --list             print the names of the measurements
`;

/** What the command line asks for. */
export interface Options {
  readonly only: readonly string[] | undefined;
  readonly rounds: number;
  readonly machines: number;
  readonly json: boolean;
  readonly write: boolean;
  /** Without it, the checkout's product as it is installed. */
  readonly command: string | undefined;
  readonly cache: string;
  readonly list: boolean;
  readonly help: boolean;
}

function usageFailure(found: string): Failure {
  return new Failure({
    code: "usage",
    attempted: "read the command line",
    found,
    next: "See `npm run bench -- --help`.",
  });
}

function wholeNumber(name: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d{1,4}$/.test(text) && number >= least) return number;
  throw usageFailure(`--${name} is ${text}, not a whole number from ${String(least)} on`);
}

/** Reads the command line. @throws Failure `usage` */
export function readOptions(args: readonly string[], known: readonly string[]): Options {
  const { values } = parse(args);
  const only = values.only?.split(",").filter((name) => name !== "");
  const unknown = only?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw usageFailure(`there is no measurement ${unknown}; there are: ${known.join(", ")}`);
  if (values.write && only !== undefined) throw usageFailure("--write is for all measurements, --only is for some");
  return {
    only,
    rounds: wholeNumber("rounds", values.rounds, 1),
    machines: wholeNumber("machines", values.machines, 2),
    json: values.json,
    write: values.write,
    command: values.command,
    cache: values.cache,
    list: values.list,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  const off = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        rounds: { type: "string", default: "5" },
        machines: { type: "string", default: "24" },
        json: off,
        write: off,
        list: off,
        help: off,
        command: { type: "string" },
        cache: { type: "string", default: defaultCache },
      },
    });
  } catch (error) {
    throw usageFailure(error instanceof Error ? error.message : String(error));
  }
}
