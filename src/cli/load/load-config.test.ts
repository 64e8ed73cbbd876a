import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { defaultConfig } from "../../catalogue/config.ts";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { chooseEnvironment } from "./choose-environment.ts";
import { loadConfig } from "./load-config.ts";

const folder = mkdtempSync(join(tmpdir(), "config-"));
after(() => rmSync(folder, { recursive: true }));
let number = 0;

function write(text: string): string {
  number += 1;
  const file = join(folder, `${String(number)}.config.ts`);
  writeFileSync(file, text);
  return file;
}

async function refusal(text: string): Promise<FailureReport & { readonly file: string }> {
  const file = write(text);
  try {
    await loadConfig({ folder, file });
  } catch (error) {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, "config-invalid");
    return { ...error.report, file };
  }
  throw new assert.AssertionError({ message: "it was accepted" });
}

test("without a file the default is used, and a file that was named must be there", async () => {
  assert.equal((await loadConfig({ folder })).config, defaultConfig);
  await assert.rejects(loadConfig({ folder, file: "none.ts" }), { code: "config-invalid" });
});

test("a typed file is loaded wherever it is, and gets the product's own modules", async () => {
  const file = write(`
    import { defineConfig, defaultConfig, type FediversityConfig } from "fediversity";
    const config: FediversityConfig = defineConfig({ ...defaultConfig, applications: [] });
    export default config;
  `);
  const { config } = await loadConfig({ folder, file });
  assert.deepEqual(config.applications, []);
  assert.equal(config.environments, defaultConfig.environments);
});

test("syntax errors are shown with their line", async () => {
  const broken = await refusal("export default {\n  a: await 1 1\n};\n");
  assert.equal(broken.subject, `${broken.file}:2`);
  assert.match(broken.found, /^Expected ','/);
  assert.ok(broken.details?.includes("  a: await 1 1"));
  const translated = await refusal("\nenum A { b }\nexport default {};");
  assert.equal(translated.subject, `${translated.file}:2`);
  assert.match(translated.next, /enums/);
});

test("missing imports are named with the file that wants them", async () => {
  const missing = await refusal('import { x } from "not-a-package";\nexport default x;');
  assert.equal(missing.subject, missing.file);
  assert.equal(missing.found, "cannot find package 'not-a-package'");
  const name = await refusal('import { defineConfg } from "fediversity";\nexport default defineConfg;');
  assert.match(name.found, /does not provide an export named 'defineConfg'/);
  assert.match(name.subject ?? "", /config\.ts:1$/);
});

test("the file and those beside it are modules, also where npm init has said that they are none", async () => {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
  writeFileSync(join(folder, "environments.ts"), 'export { defaultConfig } from "fediversity";\n');
  const file = write('import { defaultConfig } from "./environments.ts";\nexport default defaultConfig;\n');
  const { config } = await loadConfig({ folder, file });
  assert.deepEqual(config, defaultConfig);
  rmSync(join(folder, "package.json"));
});

test("what the file throws is shown where it was thrown, and its failures stay as they are", async () => {
  const thrown = await refusal('\nthrow new RangeError("too far");\nexport default {};');
  assert.equal(thrown.found, "RangeError: too far");
  assert.ok(thrown.subject?.startsWith(`${thrown.file}:2:`), thrown.subject);
  const file = write(`
    import { Failure } from "fediversity";
    throw new Failure({ code: "own", attempted: "a", found: "b", next: "c" });
  `);
  await assert.rejects(loadConfig({ folder, file }), { code: "own" });
});

test("a wrong shape is named by its place", async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["export const config = {};", "", "it has no default export"],
    ["export default 7;", "", "its default export is not an object"],
    ["export default {};", ": applications", "it is missing"],
    ["export default { applications: {}, environments: [] };", ": applications", "expected a list"],
    ["export default { applications: [{}], environments: [] };", ": applications[0]", "this is no application"],
    ["export default { applications: [], environments: [] };", ": environments", "there is none"],
    [
      'import { defaultConfig as c } from "fediversity";\n' +
        "export default { applications: [], environments: [...c.environments, ...c.environments] };",
      `: environments[${String(defaultConfig.environments.length)}]`,
      `there is another environment with the name ${defaultConfig.environments[0]?.name ?? ""}`,
    ],
  ];
  for (const [text, place, found] of cases) {
    const report = await refusal(text);
    assert.deepEqual([report.subject, report.found], [`${report.file}${place}`, found]);
  }
});

test("the first environment is the default, and a wrong name gets the nearest", () => {
  assert.equal(chooseEnvironment(defaultConfig, undefined), defaultConfig.environments[0]);
  assert.equal(chooseEnvironment(defaultConfig, "local-one-machine").name, "local-one-machine");
  assert.throws(
    () => chooseEnvironment(defaultConfig, "locl"),
    (error) => {
      assert.ok(error instanceof Failure);
      assert.match(error.report.found, /did you mean "local"/);
      return error.code === "environment-unknown";
    },
  );
});
