import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { installPackages } from "../../src/cli/starting/install-packages.ts";
import { follow } from "./command.ts";
import { parseClosingLine, sum } from "./step.ts";
import type { Outcome, Step } from "./step.ts";

/** Slow because they install and compile the packed product; everything else is a unit test. */
const packageTests = "tools/package.test.ts";

/** The unit and property tests of the whole repository. */
function unitTests(): readonly string[] {
  return globSync("{src,tools,checks,bench,docs}/**/*.test.ts")
    .filter((file) => file !== packageTests)
    .toSorted();
}

/**
 * What a program printed whose last line is a closing line: the counts, or one failure when there is no such line or
 * when its exit code says something else.
 */
export function judge(code: number | null, output: string): Outcome {
  const lines = output.trimEnd().split("\n");
  const counts = parseClosingLine(lines.at(-1) ?? "");
  if (counts === undefined || (code !== 0 && counts.failed === 0)) {
    const ending = `It ended with exit code ${String(code)}${counts === undefined ? " and without a closing line" : ""}.\n`;
    return { passed: counts?.passed ?? 0, failed: 1, skipped: counts?.skipped ?? 0, output: `${output}${ending}` };
  }
  return { ...counts, output };
}

/** Runs tests with a folder for temporary files that is gone afterwards, also when they are interrupted. */
async function runTests(files: readonly string[], onLine: (line: string) => void): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), "fediversity-test-"));
  try {
    const program = path.join(import.meta.dirname, "run-tests.ts");
    const env = { ...process.env, TMPDIR: folder };
    const { code, output } = await follow([process.execPath, ...process.execArgv, program, ...files], { onLine, env });
    return judge(code, output);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Has Debian's package of PostgreSQL bring its programs alone: createcluster.conf(5) is asked before a cluster is made. */
const noCluster = "/etc/postgresql-common/createcluster.d/fediversity-tests.conf";

/** Scripts for machines are tested here with what they use there, and the panel on a real PostgreSQL server. */
async function installMissing(onLine: (line: string) => void): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const missing = [
    ...(spawnSync("jq", ["--version"]).error === undefined ? [] : ["jq"]),
    ...(existsSync("/usr/lib/postgresql") ? [] : ["postgresql"]),
  ];
  if (missing.length === 0) return;
  await mkdir(path.dirname(noCluster), { recursive: true });
  await writeFile(noCluster, "create_main_cluster = false\n");
  try {
    await installPackages(missing, ({ text }) => onLine(`Debian packages ${missing.join(", ")}: ${text ?? ""}`));
  } finally {
    await rm(noCluster, { force: true });
  }
}

const unit: Step = {
  name: "unit",
  async run(onLine): Promise<Outcome> {
    await installMissing(onLine);
    const files = unitTests();
    const processes = Math.min(availableParallelism(), 4);
    const groups = Array.from({ length: processes }, (_, group) =>
      files.filter((_file, at) => at % processes === group),
    );
    const outcome = sum(await Promise.all(groups.map((group) => runTests(group, onLine))));
    const slow = outcome.output.split("\n").filter((line) => line.startsWith("slow: "));
    return { ...outcome, note: slow.length === 0 ? undefined : slow.join("; ") };
  },
};

const packed: Step = { name: "package", run: (onLine) => runTests([packageTests], onLine) };

/** The steps that run the project's code in processes of this computer. */
export const testSteps: readonly Step[] = [unit, packed];
