/** Runs checks by name: `node checks/driver/main.ts basic --interactive`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { renderFailure, reportOf } from "../../src/model/failure.ts";
import type { Check } from "./check.ts";
import { checkUsage, clearLabs, parseCheckCommand, runChecks } from "./run-checks.ts";

const usage = `Usage: npm run check [NAME…] -- [OPTION…]
Runs the checks of these names (checks/NAME/NAME.check.ts), or all of them.

  --list             print the names of the checks
${checkUsage}`;
const checks = join(import.meta.dirname, "..");

async function checkNames(): Promise<string[]> {
  const folders = (await readdir(checks, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    folders.map(async ({ name }) => ((await readdir(join(checks, name))).includes(`${name}.check.ts`) ? [name] : [])),
  );
  return found.flat().toSorted();
}

async function load(name: string): Promise<Check> {
  const module = (await import(pathToFileURL(join(checks, name, `${name}.check.ts`)).href)) as { check: Check };
  return module.check;
}

/** @returns the exit code */
async function main(): Promise<number> {
  const command = parseCheckCommand(process.argv.slice(2));
  const known = await checkNames();
  const names = command.names.length > 0 ? command.names : known;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`There is no check ${unknown}; there are: ${known.join(", ")}\n`);
    return 2;
  }
  if (command.help) process.stdout.write(usage);
  else if (command.list) process.stdout.write(known.map((name) => `${name}\n`).join(""));
  else if (command.clear) await clearLabs(command.cache);
  else return runChecks(await Promise.all(names.map(load)), command);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${renderFailure(reportOf(error, "run checks"))}\n`);
  process.exitCode = 1;
}
