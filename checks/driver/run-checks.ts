import { parseArgs } from "node:util";
import { renderFailure, reportOf } from "../../src/model/failure.ts";
import { checkComputer } from "../../src/providers/local-machine/check-computer.ts";
import { runCheck, type Check, type CheckOptions } from "./check.ts";
import { clearDeadLabs } from "./lab-record.ts";
import { defaultCache } from "./lab.ts";

/** What a command line asks of the runner of checks. */
export interface CheckCommand extends CheckOptions {
  /** What is not an option, in order: names of checks. */
  readonly names: readonly string[];
  readonly clear: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

/** The options that every program which runs checks has. */
export const checkUsage = `  --interactive      stop with the machines up, before the check's steps and after them
  --keep-failed      leave the machines running when a check fails
  --clear            remove what earlier runs left, and run nothing
  --cache FOLDER     images and running labs (${defaultCache})
  --out FOLDER       logs of failures (the folder logs of the cache)
`;

/**
 * Reads a command line.
 * @throws TypeError with a code that starts with `ERR_PARSE_ARGS` when it has an option that there is not
 */
export function parseCheckCommand(args: readonly string[]): CheckCommand {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      interactive: { type: "boolean", default: false },
      "keep-failed": { type: "boolean", default: false },
      clear: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      cache: { type: "string" },
      out: { type: "string" },
    },
  });
  const { interactive, clear, list, help, cache, out } = values;
  return { names: positionals, interactive, keepFailed: values["keep-failed"], clear, list, help, cache, out };
}

/** Removes what earlier runs left, kept machines too. */
export async function clearLabs(cache = defaultCache): Promise<void> {
  const removed = await clearDeadLabs(cache, "all");
  process.stdout.write(`${String(removed.length)} labs removed\n`);
}

/**
 * Runs checks one after the other and prints how they came out, last `N passed, N failed`. Where machines cannot be
 * booted the checks are skipped, which is a failure where the variable CI is set.
 * @returns the exit code
 */
export async function runChecks(checks: readonly Check[], options: CheckOptions): Promise<number> {
  const obstacles = await checkComputer();
  if (obstacles.length > 0) {
    const names = checks.map(({ name }) => name).join(", ");
    const reasons = obstacles.map((obstacle) => `${renderFailure(obstacle)}\n`).join("");
    process.stdout.write(`${reasons}SKIPPED: ${names}\n0 passed, 0 failed, ${String(checks.length)} skipped\n`);
    return ["", "0", "false"].includes(process.env["CI"] ?? "") ? 0 : 1;
  }
  let passed = 0;
  let failed = 0;
  for (const check of checks) {
    const result = await runCheck(check, options);
    passed += result.passed;
    failed += result.failed;
  }
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
  return failed === 0 ? 0 : 1;
}

/**
 * Makes a program of a file that holds one check: reads the command line, runs the check, sets the exit code.
 * @param args the command line; that of this process when not given
 */
export async function checkProgram(check: Check, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  try {
    const command = parseCheckCommand(args);
    if (command.help) process.stdout.write(`Runs the check ${check.name}.\n\n${checkUsage}`);
    else if (command.list) process.stdout.write(`${check.name}\n`);
    else if (command.clear) await clearLabs(command.cache);
    else process.exitCode = await runChecks([check], command);
  } catch (error) {
    process.stderr.write(`${renderFailure(reportOf(error, `run check ${check.name}`))}\n`);
    process.exitCode = 1;
  }
}
