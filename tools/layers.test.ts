// The layers of the house: every layer tries to import every other, and the linter has to refuse exactly what it should.
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { run } from "../src/providers/process/run.ts";

const root = path.dirname(import.meta.dirname);

/** What each layer may import, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  model: [],
  system: ["model"],
  catalogue: ["model", "system"],
  engine: ["model"],
  providers: ["model", "system"],
  cli: ["model", "system", "catalogue", "engine", "providers", "panel"],
  panel: ["model", "system", "catalogue", "engine", "providers"],
};
const layers = Object.keys(allowed);

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

/** Lints the given files with the project's configuration and gives the files that a rule objects to. */
async function refused(rule: string, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "fediversity-layers-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
      await writeFile(path.join(folder, name), text);
    }
    await copyFile(path.join(root, ".oxlintrc.json"), path.join(folder, ".oxlintrc.json"));
    const { PATH = "" } = process.env;
    const env = { PATH: `${path.join(root, "node_modules", ".bin")}:${PATH}` };
    const { stdout } = await run("oxlint", ["--format=json", "."], { cwd: folder, env });
    const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly Diagnostic[] };
    const offenders = diagnostics.filter(({ code }) => code.includes(rule)).map(({ filename }) => filename);
    return [...new Set(offenders)].toSorted();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const target = "export const thing = 1;\n";
const importing = (specifier: string): string => `import { thing } from "${specifier}";\nexport const other = thing;\n`;

test("a layer may import only the layers below it", async () => {
  const files: Record<string, string> = {};
  const expected: string[] = [];
  for (const from of layers) {
    files[`src/${from}/thing.ts`] = target;
    for (const to of layers.filter((layer) => layer !== from)) {
      const names = [`src/${from}/imports-${to}.ts`, `src/${from}/deeper/imports-${to}.ts`];
      files[names[0] ?? ""] = importing(`../${to}/thing.ts`);
      files[names[1] ?? ""] = importing(`../../${to}/thing.ts`);
      if (allowed[from]?.includes(to) !== true) expected.push(...names);
    }
  }
  assert.deepEqual(await refused("no-restricted-imports", files), expected.toSorted());
});

test("of the catalogue, providers see the types of components and nothing else", async () => {
  const files = {
    "src/providers/dns/a.ts": importing("../../catalogue/components/thing.ts"),
    "src/providers/dns/b.ts": importing("../../catalogue/resources/thing.ts"),
    "src/providers/dns/c.ts": importing("../../catalogue/applications/thing.ts"),
    "src/providers/dns/d.ts": importing("../../catalogue/environments/thing.ts"),
    "src/providers/dns/e.ts": importing("../../catalogue/config.ts"),
  };
  const offenders = await refused("no-restricted-imports", files);
  assert.deepEqual(
    offenders,
    ["b", "c", "d", "e"].map((name) => `src/providers/dns/${name}.ts`),
  );
});

test("of the engine, providers see what a provider is and nothing else", async () => {
  const files = {
    "src/providers/dns/a.ts": importing("../../engine/provider.ts"),
    "src/providers/dns/b.ts": importing("../../engine/apply.ts"),
    "src/providers/dns/c.ts": importing("../../engine/state/journal.ts"),
  };
  const offenders = await refused("no-restricted-imports", files);
  assert.deepEqual(
    offenders,
    ["b", "c"].map((name) => `src/providers/dns/${name}.ts`),
  );
});

test("the pure layers do no input or output, and the product does not import its checks", async () => {
  const files = {
    "src/model/reads.ts": importing("node:fs/promises"),
    "src/system/starts.ts": importing("node:child_process"),
    "src/catalogue/resources/asks.ts": importing("node:net"),
    "src/model/hashes.ts": importing("node:crypto"),
    "src/model/reads.test.ts": importing("node:fs/promises"),
    "src/model/deeper/upwards.test.ts": importing("../../cli/thing.ts"),
    "src/engine/reads.ts": importing("node:fs"),
    "src/cli/boots.ts": importing("../../checks/driver/machine.ts"),
    "src/cli/itself.ts": importing("fediversity"),
    "checks/basic/basic.check.ts": importing("../../src/cli/thing.ts"),
  };
  assert.deepEqual(await refused("no-restricted-imports", files), [
    "src/catalogue/resources/asks.ts",
    "src/cli/boots.ts",
    "src/cli/itself.ts",
    "src/model/deeper/upwards.test.ts",
    "src/model/reads.ts",
    "src/system/starts.ts",
  ]);
});

test("files may not import each other in a circle", async () => {
  const files = {
    "src/engine/one.ts": `import { two } from "./two.ts";\nexport const one = (): number => two();\n`,
    "src/engine/two.ts": `import { one } from "./one.ts";\nexport const two = (): number => one();\n`,
  };
  assert.deepEqual(await refused("no-cycle", files), Object.keys(files));
});
