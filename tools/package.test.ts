// The package as its users get it: packed from what git has, installed in an empty folder, run and compiled against.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { run, runOk } from "../src/providers/process/run.ts";
import { checkoutFiles } from "./testing/checkout-files.ts";

const root = path.dirname(import.meta.dirname);
const modules = path.join(root, "node_modules");

interface Description {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
}

const { version, exports } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Description;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

let folder = "";
let packed: Packed = { filename: "", files: [] };

/** The environment of a shell that knows nothing of this checkout. */
function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE/i.test(name));
  const { PATH = "" } = process.env;
  const elsewhere = PATH.split(":").filter((entry) => !entry.startsWith(root));
  return { ...Object.fromEntries(kept.map(([name, value]) => [name, value ?? ""])), PATH: elsewhere.join(":") };
}

/** Copies what a clone would have, so that the build of another run at the same time does no harm. */
async function cloneSources(target: string): Promise<void> {
  for (const file of await checkoutFiles(root)) {
    await cp(path.join(root, file), path.join(target, file), { recursive: true });
  }
  await symlink(modules, path.join(target, "node_modules"));
}

/** The folder of a hosting provider who has installed the product and the example module. */
const user = (): string => path.join(folder, "user");
const command = (): string => path.join(user(), "node_modules", ".bin", "fediversity");

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "fediversity-package-"));
  const sources = path.join(folder, "sources");
  await cloneSources(sources);
  const env = plainEnvironment();
  const [first] = JSON.parse(
    await runOk("npm", ["pack", "--json", "--pack-destination", folder], { cwd: sources, env }),
  ) as Packed[];
  assert.ok(first);
  packed = first;
  await cp(path.join(root, "docs", "examples"), user(), { recursive: true });
  await rm(path.join(user(), "examples.test.ts"));
  await writeFile(path.join(user(), "package.json"), JSON.stringify({ private: true, type: "module" }));
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  await runOk("npm", ["install", ...options, path.join(folder, packed.filename), "./greeter-module"], {
    cwd: user(),
    env,
  });
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("the package has the command, JavaScript, declarations and what lies beside them, and no sources", () => {
  const files = packed.files.map((file) => file.path);
  const exported = Object.values(exports).flatMap((target) => (typeof target === "string" ? [] : [target]));
  const modules = exported.flatMap((target) => [target.types, target.default]).map((file) => path.normalize(file));
  assert.equal(modules.length, 4);
  for (const file of ["bin/fediversity", "LICENSE", "README.md", "CHANGELOG.md", ...modules]) {
    assert.ok(files.includes(file), `${file} is missing`);
  }
  assert.ok(files.some((file) => file.endsWith(".sh")));
  // Messages send people to them.
  const pages = globSync("src/**/*.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(path.join(root, file), "utf8").matchAll(/\bdocs\/[a-z/-]+\.md\b/g)].map(([page]) => page),
  );
  assert.ok(pages.includes("docs/command-line.md"));
  for (const page of pages) assert.ok(files.includes(page), `${page} is missing`);
  assert.deepEqual(
    files.filter((file) => /(?<!\.d)\.ts$|\.test\.|\.check\.|testing/.test(file)),
    [],
  );
});

test("the program is few files, which go along with the licenses of the packages in them", async () => {
  const installed = path.join(user(), "node_modules", "fediversity", "dist");
  const programs = packed.files.filter((file) => file.path.endsWith(".js"));
  assert.ok(programs.length < 150, `${String(programs.length)} files of JavaScript`);
  const loaded = programs.map(async (file) =>
    readFile(path.join(user(), "node_modules", "fediversity", file.path), "utf8"),
  );
  const imported = (await Promise.all(loaded)).flatMap((text) =>
    [...text.matchAll(/^(?:import|export) .*?from "([^."][^"]*)"/gm)].map(([, specifier = ""]) => specifier),
  );
  assert.ok(imported.includes("kysely"), "what few commands need is npm's");
  assert.deepEqual(
    imported.filter((specifier) => /^(?:zod|commander|age-encryption)\b/.test(specifier)),
    [],
  );
  const licenses = await readFile(path.join(installed, "LICENSES.txt"), "utf8");
  for (const name of ["zod", "commander", "@noble/ciphers", "@bomb.sh/tab"])
    assert.match(licenses, new RegExp(`^${name} \\d`, "m"));
});

test("the installed command runs with the Node that it brings along", async () => {
  const answer = await runOk(command(), ["--version"], { cwd: user(), env: plainEnvironment() });
  assert.equal(answer.trim(), version);
});

test("the example module compiles against the declarations as strictly as can be", async () => {
  const compilerOptions = {
    target: "es2024",
    lib: ["es2024", "esnext.disposable"],
    module: "nodenext",
    allowImportingTsExtensions: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    types: ["node"],
    typeRoots: [path.join(modules, "@types")],
  };
  const config = { compilerOptions, include: ["*.config.ts", "greeter-module"], exclude: ["node_modules"] };
  await writeFile(path.join(user(), "tsconfig.json"), JSON.stringify(config));
  await runOk(path.join(modules, ".bin", "tsc"), ["-p", "."], { cwd: user() });
  // A mistake is seen, so the declarations were really read.
  const module = path.join(user(), "greeter-module", "src", "greeter.ts");
  const text = await readFile(module, "utf8");
  await writeFile(module, text.replace("implementation(", "implementations("));
  const broken = await run(path.join(modules, ".bin", "tsc"), ["-p", "."], { cwd: user() });
  await writeFile(module, text);
  assert.match(broken.stdout, /greeter\.ts\(/);
});

test("the installed command evaluates a configuration with the application of the example module", async () => {
  const configuration = {
    domain: "example.org",
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
    applications: { greeter: { enable: true } },
  };
  await writeFile(path.join(user(), "configuration.json"), JSON.stringify(configuration));
  const args = ["evaluate", "--environment", "trial"];
  const deployment = JSON.parse(await runOk(command(), args, { cwd: user(), env: plainEnvironment() })) as {
    readonly secrets: object;
  };
  assert.deepEqual(Object.keys(deployment.secrets), ["greeter/token"]);
});

test("what is installed makes the same deployment as the sources, with all that lies beside its modules", async () => {
  const names = ["mastodon", "peertube", "pixelfed", "snac", "hello"];
  const configuration = {
    domain: "example.org",
    initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
    applications: Object.fromEntries(names.map((name) => [name, { enable: true }])),
  };
  await writeFile(path.join(user(), "configuration.json"), JSON.stringify(configuration));
  const evaluated = async (program: string): Promise<string> =>
    runOk(program, ["evaluate", "--config", "hosting-provider.config.ts"], { cwd: user(), env: plainEnvironment() });
  const installed = await evaluated(command());
  assert.match(installed, /pg_dump/);
  assert.equal(installed, await evaluated(path.join(root, "bin", "fediversity")));
});
