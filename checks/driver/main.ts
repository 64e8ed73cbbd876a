/** Runs checks by name: `node checks/driver/main.ts basic --interactive`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { renderFailure, reportOf } from "../../src/model/failure.ts";
import { checkComputer } from "../../src/providers/local-machine/check-computer.ts";
import { runCheck, type Check } from "./check.ts";
import { clearDeadLabs } from "./lab-record.ts";
import { defaultCache } from "./lab.ts";

const usage = `Usage: npm run check [NAME…] -- [OPTION…]
Runs the checks of these names (checks/NAME/NAME.check.ts), or all of them.

  --interactive      stop with the machines up, before the check's steps and after them
  --keep-failed      leave the machines running when a check fails
  --clear            remove what earlier runs left, and run nothing
  --cache FOLDER     images and running labs (${defaultCache})
  --out FOLDER       logs of failures (a folder of the cache)
  --list             print the names of the checks
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    interactive: { type: "boolean" },
    "keep-failed": { type: "boolean" },
    clear: { type: "boolean" },
    list: { type: "boolean" },
    help: { type: "boolean" },
    cache: { type: "string" },
    out: { type: "string" },
  },
});
const checks = join(import.meta.dirname, "..");

async function checkNames(): Promise<string[]> {
  const folders = (await readdir(checks, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    folders.map(async ({ name }) => {
      const files = await readdir(join(checks, name));
      return files.includes(`${name}.check.ts`) ? [name] : [];
    }),
  );
  return found.flat().toSorted();
}

async function load(name: string): Promise<Check> {
  const module = (await import(pathToFileURL(join(checks, name, `${name}.check.ts`)).href)) as { check: Check };
  return module.check;
}

/** @returns the exit code */
async function main(): Promise<number> {
  const known = await checkNames();
  if (values.help === true) process.stdout.write(usage);
  else if (values.list === true) process.stdout.write(known.map((name) => `${name}\n`).join(""));
  else if (values.clear === true) {
    const removed = await clearDeadLabs(values.cache ?? defaultCache, "all");
    process.stdout.write(`${String(removed.length)} labs removed\n`);
  } else return runAll(known, positionals.length > 0 ? positionals : known);
  return 0;
}

async function runAll(known: readonly string[], names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`There is no check ${unknown}; there are: ${known.join(", ")}\n`);
    return 2;
  }
  const obstacles = await checkComputer();
  if (obstacles.length > 0) {
    for (const obstacle of obstacles) process.stdout.write(`${renderFailure(obstacle)}\n`);
    process.stdout.write(`SKIPPED: ${names.join(", ")}\n0 passed, 0 failed, ${String(names.length)} skipped\n`);
    // A machine that is there to test must not pass by testing nothing.
    return (process.env["CI"] ?? "") === "" ? 0 : 1;
  }
  let passed = 0;
  let failed = 0;
  for (const name of names) {
    const result = await runCheck(await load(name), {
      interactive: values.interactive,
      keepFailed: values["keep-failed"],
      cache: values.cache,
      out: values.out,
    });
    passed += result.passed;
    failed += result.failed;
  }
  process.stdout.write(`${String(passed)} passed, ${String(failed)} failed\n`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${renderFailure(reportOf(error, "run checks"))}\n`);
  process.exitCode = 1;
}
