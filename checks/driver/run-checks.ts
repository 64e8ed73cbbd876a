import { Failure, renderFailure, reportOf } from "../../src/model/failure.ts";
import { checkComputer } from "../../src/providers/local-machine/check-computer.ts";
import { runCheck, type Check, type CheckOptions } from "./check.ts";
import { checkUsage, parseCheckCommand } from "./check-command.ts";
import { clearDeadLabs } from "./lab-record.ts";
import { defaultCache } from "./lab.ts";

/** Removes what earlier runs left, kept machines too. */
async function clearLabs(cache = defaultCache): Promise<void> {
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
 * Does what a command line asks, with these checks to choose from.
 * @param usage what `--help` prints before the options
 * @returns the exit code: 2 when the command line was wrong
 */
export async function runCommandLine(known: readonly Check[], args: readonly string[], usage: string): Promise<number> {
  try {
    const command = parseCheckCommand(args, known);
    if (command.help) process.stdout.write(`${usage}\n${checkUsage(known)}`);
    else if (command.list) process.stdout.write(known.map(({ name }) => `${name}\n`).join(""));
    else if (command.clear) await clearLabs(command.cache);
    else return await runChecks(command.checks, command);
    return 0;
  } catch (error) {
    process.stderr.write(`${renderFailure(reportOf(error, "run checks"))}\n`);
    return error instanceof Failure && error.code === "usage" ? 2 : 1;
  }
}

/**
 * Makes a program of a file that holds one check: reads the command line, runs the check, sets the exit code.
 * @param args the command line; that of this process when not given
 */
export async function checkProgram(check: Check, args: readonly string[] = process.argv.slice(2)): Promise<void> {
  process.exitCode = await runCommandLine([check], args, `Runs the check ${check.name}.\n`);
}
