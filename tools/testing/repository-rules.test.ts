import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { repositoryRules } from "./repository-rules.ts";

/** The first words of the rules that a repository with just these files breaks. */
async function broken(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "fediversity-rules-"));
  try {
    execFileSync("git", ["init", "--quiet", folder]);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    const { results } = await repositoryRules(folder);
    return results.filter(({ offenders }) => offenders.length > 0).map(({ rule }) => rule);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const lines = (count: number): string => "// A line.\n".repeat(count);
const join = (...parts: readonly string[]): string => `// ${parts.join("")}\n`;

test("a repository that keeps the rules breaks none", async () => {
  assert.deepEqual(await broken({ "src/a.ts": lines(300), "src/b.ts": lines(10), "src/c.ts": lines(10) }), []);
});

test("each rule is seen when it is broken", async () => {
  const short = { "src/x.ts": lines(1), "src/y.ts": lines(1), "src/z.ts": lines(1) };
  const cases: readonly (readonly [RegExp, Readonly<Record<string, string>>])[] = [
    [/more than 300/, { ...short, "src/a.ts": lines(301) }],
    [/median/, { "src/a.ts": lines(150), "src/b.ts": lines(100), "src/c.ts": lines(1) }],
    [/left open/, { ...short, "docs/a.md": join("TO", "DO: write this") }],
    [/workplace/, { ...short, "checks/a.ts": join("/Us", "ers/somebody/x") }],
    [/registry/, { ...short, "src/a.sh": join("https://registry.npm", "js.org/") }],
    [/lock/, { ...short, "package-lock.json": '{\n"resolved": "https://a.example/b.tgz"\n}\n' }],
    [/shell/, { ...short, "src/a.ts": join("run(x, { shell", ": true })") }],
    [/Host keys/, { ...short, "src/a.ts": join("-o StrictHostKey", "Checking=no") }],
    [/narrowed/, { ...short, "src/a.test.ts": join("test", ".only(") }],
    [/kebab/, { ...short, "src/someThing.ts": lines(1) }],
  ];
  for (const [rule, files] of cases) {
    const found = await broken(files);
    assert.equal(found.length, 1, `${String(rule)}: ${found.join(", ")}`);
    assert.match(found[0] ?? "", rule);
  }
});
