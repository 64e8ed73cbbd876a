// npm test: everything that can be proved here, in the order of how soon it fails. Usage:
// npm test [-- --only STEP[,STEP…]] [--side-by-side NUMBER], where a step is one of the words in the first column, and
// `checks` is all checks; so many checks run at the same time, one for each processor up to two when not given.
import { availableParallelism, constants } from "node:os";
import { inspect, parseArgs } from "node:util";
import { makeAccount } from "./testing/account.ts";
import { checkSteps } from "./testing/check-steps.ts";
import { interruptAll } from "./testing/command.ts";
import { staticSteps } from "./testing/static-steps.ts";
import { closingLine, runSteps, sum, withoutSkips } from "./testing/step.ts";
import type { Outcome, Step } from "./testing/step.ts";
import { testSteps } from "./testing/test-steps.ts";

const { values } = parseArgs({ options: { only: { type: "string" }, "side-by-side": { type: "string" } } });
const { CI = "" } = process.env;
const strict = !["", "0", "false"].includes(CI);

const all: readonly Step[] = [...staticSteps, ...testSteps, ...checkSteps()];
const words = values.only?.split(",") ?? all.map(({ name }) => name);
const matches = (step: Step, word: string): boolean =>
  step.name === word || step.name === `check ${word}` || (word === "checks" && step.name.startsWith("check "));
const unknown = words.filter((word) => word !== "checks" && !all.some((step) => matches(step, word)));
if (unknown.length > 0) {
  console.error(`npm test: there is no step ${unknown.join(", ")}. Steps: ${all.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}

const sideBySide = Number(values["side-by-side"] ?? Math.min(availableParallelism(), 2));
if (!Number.isInteger(sideBySide) || sideBySide < 1) {
  console.error(`npm test: --side-by-side takes a whole number from 1, not ${String(values["side-by-side"])}.`);
  process.exit(2);
}

let interrupted: NodeJS.Signals | undefined;
let since = 0;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    if (interrupted === undefined) {
      interrupted = signal;
      since = performance.now();
      interruptAll(signal);
      // What npm, timeout(1) and the terminal send at once is one wish; a later one is impatience.
    } else if (performance.now() - since > 1000) interruptAll("SIGKILL");
  });
}

/** A step that cannot even be run has failed. */
function broken(error: unknown): Outcome {
  return { passed: 0, failed: 1, skipped: 0, output: inspect(error) };
}

const account = makeAccount(process.stdout);
const outcomes: Outcome[] = [];
async function runStep(step: Step): Promise<void> {
  const { line, end } = account.begin(step.name);
  const found = await step.run(line).catch(broken);
  if (interrupted !== undefined) return;
  const outcome = strict ? withoutSkips(found) : found;
  end(outcome);
  outcomes.push(outcome);
}
const chosen = all.filter((one) => words.some((word) => matches(one, word)));
await runSteps(chosen, runStep, { sideBySide, isOver: () => interrupted !== undefined });

if (interrupted === undefined) {
  const total = sum(outcomes);
  if (total.skipped > 0)
    console.log(`\n${String(total.skipped)} skipped, see above: this run proves less than it could.`);
  console.log(`\n${closingLine(total)}`);
  process.exitCode = total.failed === 0 ? 0 : 1;
} else {
  account.abandon();
  process.exitCode = 128 + constants.signals[interrupted];
}
