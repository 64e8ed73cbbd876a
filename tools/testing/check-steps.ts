import { globSync } from "node:fs";
import path from "node:path";
import { follow } from "./command.ts";
import { whyNoMachines } from "./machines.ts";
import type { Outcome, Step } from "./step.ts";
import { judge } from "./test-steps.ts";

const driver = path.join("checks", "driver", "main.ts");

/** What takes longest is begun first, so that nothing is left alone at the end. */
const longest = ["cli", "basic", "panel"];

/** The names of all checks: `checks/NAME/NAME.check.ts`. */
function checkNames(): readonly string[] {
  const names = globSync("checks/*/*.check.ts").map((file) => path.basename(file, ".check.ts"));
  return [
    ...longest.filter((name) => names.includes(name)),
    ...names.filter((name) => !longest.includes(name)).toSorted(),
  ];
}

/**
 * The checks on real machines, one step each, in networks of their own, so that they may run side by side. Whether machines can be booted is found out once, by the first.
 */
export function checkSteps(): readonly Step[] {
  let asked: Promise<string | undefined> | undefined;
  return checkNames().map((name) => ({
    name: `check ${name}`,
    shares: true,
    async run(onLine): Promise<Outcome> {
      asked ??= whyNoMachines(onLine);
      const reason = await asked;
      if (reason !== undefined) return { passed: 0, failed: 0, skipped: 1, note: `SKIPPED: ${reason}`, output: "" };
      const command = [process.execPath, ...process.execArgv, driver, name];
      const { code, output } = await follow(command, { onLine, interrupts: "program" });
      return judge(code, output);
    },
  }));
}
