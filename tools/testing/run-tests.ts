// Runs the given test files of node:test, all in this process, and prints what failed or was slow, and as its last
// line node:test's own totals. Usage: node tools/testing/run-tests.ts FILE…
import path from "node:path";
import { run } from "node:test";
import type { EventData } from "node:test";
import { inspect } from "node:util";

/** Milliseconds after which a test is named as slow. */
const slow = 3000;

/** What node:test puts into the error that a failed test ends with. */
interface TestError extends Error {
  readonly failureType?: string;
}

function report({ name, file, line, details }: EventData.TestFail): void {
  const error: TestError = details.error;
  if (error.failureType === "subtestsFailed") return;
  const place = file === undefined ? "" : ` (${path.relative("", file)}:${String(line ?? 0)})`;
  console.log(`✖ ${name}${place}\n${inspect(error.cause ?? error).replaceAll(/^/gm, "  ")}\n`);
}

const files = process.argv.slice(2).map((file) => path.resolve(file));
const tests = run({ files, isolation: "none", timeout: 120_000 });
tests.on("test:fail", report);
tests.on("test:pass", ({ name, details }) => {
  if (details.type === "suite" || details.duration_ms < slow) return;
  console.log(`slow: ${name}, ${(details.duration_ms / 1000).toFixed(1)} s`);
});
tests.on("test:summary", ({ file, counts, success }) => {
  if (file !== undefined) return;
  const { passed, tests: all, skipped, todo } = counts;
  const unfinished = skipped + todo;
  const failed = all - passed - unfinished;
  console.log(
    `${String(passed)} passed, ${String(failed)} failed${unfinished > 0 ? `, ${String(unfinished)} skipped` : ""}`,
  );
  process.exitCode = success && failed === 0 ? 0 : 1;
});
tests.resume();
