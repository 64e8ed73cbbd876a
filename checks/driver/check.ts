import { renderFailure, reportOf } from "../../src/model/failure.ts";
import { describeAccess } from "./interactive.ts";
import { createLab, type Lab } from "./lab.ts";
import { isStop } from "./subtest.ts";

/** A whole-system test on real machines. */
export interface Check {
  /** Lower-case letters, digits, hyphens; the file is `checks/NAME/NAME.check.ts`. */
  readonly name: string;
  /** Declares machines, starts them and does subtests; what it throws outside of them counts as one failure. */
  readonly run: (lab: Lab) => Promise<void>;
}

/** How a check is run. */
export interface CheckOptions {
  readonly interactive?: boolean | undefined;
  /** Leave the machines running when something fails. */
  readonly keepFailed?: boolean | undefined;
  readonly cache?: string | undefined;
  readonly out?: string | undefined;
}

/** Declares a check, so that the test driver can run it. */
export function defineCheck(check: Check): Check {
  return check;
}

/**
 * Runs a check in a lab of its own and removes the lab.
 * @returns how many subtests passed and failed
 */
export async function runCheck(check: Check, options: CheckOptions = {}): Promise<{ passed: number; failed: number }> {
  process.stdout.write(`check ${check.name}\n`);
  const lab = await createLab({ ...options, name: check.name });
  let broken = 0;
  try {
    await check.run(lab);
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
