import { renderFailure, reportOf } from "../../src/model/failure.ts";
import { describeAccess } from "./interactive.ts";
import { createLab, type Lab } from "./lab.ts";
import { isStop } from "./subtest.ts";

/** An option that a check has for itself: `--NAME=CHOICE`. */
export interface OwnOption {
  /** What it decides, and what holds when it is not given. */
  readonly description: string;
  readonly choices: readonly string[];
}

type OwnOptions = Readonly<Record<string, OwnOption>>;

/** What was chosen by a check's own options; nothing for those that were not given. */
export type Chosen<Options extends OwnOptions = OwnOptions> = {
  readonly [Name in keyof Options]?: Options[Name]["choices"][number] | undefined;
};

/** A whole-system test on real machines. */
export interface Check<Options extends OwnOptions = OwnOptions> {
  /** Lower-case letters, digits, hyphens; the file is `checks/NAME/NAME.check.ts`. */
  readonly name: string;
  /** Options of its own, by name; names are unlike those of the test driver. */
  readonly options?: Options;
  /** Declares machines, starts them and does subtests; what it throws outside of them counts as one failure. */
  run(lab: Lab, chosen: Chosen<Options>): Promise<void>;
}

/** How a check is run. */
export interface CheckOptions {
  readonly interactive?: boolean | undefined;
  /** Leave the machines running when something fails. */
  readonly keepFailed?: boolean | undefined;
  readonly cache?: string | undefined;
  readonly out?: string | undefined;
  /** What was chosen by options that checks have for themselves; each check sees its own. */
  readonly chosen?: Chosen | undefined;
}

/** Declares a check, so that the test driver can run it. */
export function defineCheck<const Options extends OwnOptions>(check: Check<Options>): Check {
  return check;
}

/**
 * Runs a check in a lab of its own and removes the lab.
 * @returns how many subtests passed and failed
 */
export async function runCheck(check: Check, options: CheckOptions = {}): Promise<{ passed: number; failed: number }> {
  process.stdout.write(`check ${check.name}\n`);
  const lab = await createLab({ ...options, name: check.name });
  const own = Object.entries(options.chosen ?? {}).filter(([name]) => check.options?.[name] !== undefined);
  let broken = 0;
  try {
    await check.run(lab, Object.fromEntries(own));
  } catch (error) {
    if (!isStop(error)) {
      broken = 1;
      const logs = await lab.keepLogs("outside-of-subtests");
      const report = renderFailure(reportOf(error, `run check ${check.name}`));
      process.stdout.write(`✗ outside of subtests\n${report.replaceAll(/^/gm, "    ")}\n    logs: ${logs}\n`);
    }
  }
  const failed = lab.results.filter((result) => result.failure !== undefined).length + broken;
  if (options.interactive === true) await lab.interactive();
  if (failed > 0 && options.keepFailed === true) {
    await lab.keep();
    process.stdout.write(`The machines stay up until the check runs again, or \`--clear\`:\n${describeAccess(lab)}\n`);
  } else {
    await lab.remove();
  }
  return { passed: lab.results.length - failed + broken, failed };
}
