// Runs the given test files of node:test, all in this process, and prints what failed or was slow, and as its last
// line node:test's own totals. Usage: node tools/testing/run-tests.ts FILE…
import path from "node:path";
import { run } from "node:test";
import type { EventData } from "node:test";
import { inspect } from "node:util";
import { closingLine } from "./step.ts";

/** Milliseconds after which a test is named as slow. */
const slow = 3000;
/** Milliseconds that one test may take. */
const longest = 120_000;
/** Milliseconds that may pass without a test that begins and without the end. */
const patience = 150_000;

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

let latest = "no test yet";

/** Ends a process that neither ends by itself nor goes on, and says what may hold it. */
function giveUp(): void {
  console.log(`For ${String(patience / 1000)} s no test has begun. The latest: ${latest}. Still open:`);
  console.log(`  ${process.getActiveResourcesInfo().join(", ")}`);
  process.exit(1);
}
const watch = setTimeout(giveUp, patience).unref();

const files = process.argv.slice(2).map((file) => path.resolve(file));
const tests = run({ files, isolation: "none", timeout: longest });
tests.on("test:dequeue", ({ name, file }) => {
  latest = `${name} (${path.relative("", file ?? "")})`;
  watch.refresh();
});
tests.on("test:fail", report);
tests.on("test:pass", ({ name, details }) => {
  if (details.type === "suite" || details.duration_ms < slow) return;
  console.log(`slow: ${name}, ${(details.duration_ms / 1000).toFixed(1)} s`);
});
tests.on("test:summary", ({ file, counts, success }) => {
  if (file !== undefined) return;
  const skipped = counts.skipped + counts.todo;
  const failed = counts.tests - counts.passed - skipped;
  process.exitCode = success && failed === 0 ? 0 : 1;
  process.on("exit", () => console.log(closingLine({ passed: counts.passed, failed, skipped, output: "" })));
});
tests.resume();
