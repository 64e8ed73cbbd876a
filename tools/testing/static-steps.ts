import { repositoryRules } from "./repository-rules.ts";
import { follow } from "./command.ts";
import type { Outcome, Step } from "./step.ts";

/** A tool that says by its exit code whether all is well counts as one test. */
function tool(name: string, command: readonly string[]): Step {
  return {
    name,
    async run(onLine): Promise<Outcome> {
      const { code, output } = await follow(command, { onLine });
      return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output };
    },
  };
}

const rules: Step = {
  name: "rules",
  async run(): Promise<Outcome> {
    const { results, figures } = await repositoryRules(process.cwd());
    const broken = results.filter(({ offenders }) => offenders.length > 0);
    return {
      passed: results.length - broken.length,
      failed: broken.length,
      skipped: 0,
      note: figures,
      output: broken.map(({ rule, offenders }) => `${rule}\n${offenders.map((one) => `  ${one}\n`).join("")}`).join(""),
    };
  },
};

/** The steps that read the sources and run nothing of them. */
export const staticSteps: readonly Step[] = [
  tool("types", ["tsc", "-p", ".", "--pretty", "false"]),
  tool("types of scripts", ["tsc", "-p", "src/panel/web/public", "--pretty", "false"]),
  tool("lint", ["oxlint", "--deny-warnings", "--report-unused-disable-directives"]),
  tool("format", ["oxfmt", "--check", "."]),
  tool("unused", ["knip", "--no-progress"]),
  rules,
];
