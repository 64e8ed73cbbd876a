import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

/** Makes a folder that is removed at the end of the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-engine-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** For `assert.rejects` and `assert.throws`: a Failure with this code, whose texts match. */
export function failure(code: string, found?: RegExp): (error: unknown) => boolean {
  return (error) => {
    const report = error instanceof Error && "report" in error ? error.report : undefined;
    const { code: actual, found: text } = (report ?? {}) as { code?: string; found?: string };
    if (actual !== code) throw new Error(`expected a Failure ${code}, got ${String(actual)}: ${String(error)}`);
    if (found !== undefined && !found.test(text ?? ""))
      throw new Error(`${String(text)} does not match ${String(found)}`);
    return true;
  };
}
