/** Runs checks by name: `node checks/driver/main.ts basic --interactive`. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Check } from "./check.ts";
import { runCommandLine } from "./run-checks.ts";

const usage = `Usage: npm run check [NAME…] -- [OPTION…]
Runs the checks of these names (checks/NAME/NAME.check.ts), or all of them.
`;
const checks = join(import.meta.dirname, "..");

/** Every check, sorted by name. */
async function allChecks(): Promise<readonly Check[]> {
  const folders = (await readdir(checks, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const found = await Promise.all(
    folders.map(async ({ name }) => {
      const file = `${name}.check.ts`;
      if (!(await readdir(join(checks, name))).includes(file)) return [];
      const module = (await import(pathToFileURL(join(checks, name, file)).href)) as { check: Check };
      return [module.check];
    }),
  );
  return found.flat().toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

process.exitCode = await runCommandLine(await allChecks(), process.argv.slice(2), usage);
