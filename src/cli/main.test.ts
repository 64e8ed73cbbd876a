import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { JsonLine } from "./json-line.ts";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));
const sample = fileURLToPath(new URL("../../configuration.sample.json", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "command-"));
after(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as a user would, with no terminal. */
function run(program: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: folder,
      env: { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder, XDG_CACHE_HOME: folder, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

function fediversity(...args: readonly string[]): Promise<Ended> {
  return run(main, args);
}

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

test("wrong command lines exit with 2, name what is near and say where help is", async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["aply"], /unknown command 'aply'; did you mean apply\?/],
    [["plan", "--jsn"], /unknown option '--jsn'; did you mean --json\?.*See `fediversity plan --help`/s],
    [["plan", "more"], /too many arguments/],
    [["plan", "--parallel", "none"], /Expected a whole number/],
    [["rotate"], /missing required argument 'secret'/],
    [["completion", "tcsh"], /bash, zsh, fish, powershell/],
    [["evaluate", "-c", sample, "-e", "locl"], /did you mean "local"\?/],
    [["apply", "-c", sample], /no terminal to ask on.*add --yes/s],
    [["purge", "-c", sample], /add --yes/],
  ];
  await Promise.all(
    cases.map(async ([args, expected]) => {
      const { code, stdout, stderr } = await fediversity(...args);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
      assert.match(stderr, expected);
    }),
  );
});

test("a refused configuration exits with 3 and its place", async () => {
  const broken = write("broken.json", '{\n  "domain": "example.org",,\n}');
  const wrong = write("wrong.json", readFileSync(sample, "utf8").replace('"snac"', '"snak"'));
  const config = write("broken.config.ts", "export default {\n  a: 1 1\n};\n");
  const [syntax, key, missing, typescript] = await Promise.all([
    fediversity("evaluate", "-c", broken),
    fediversity("evaluate", "-c", wrong),
    fediversity("evaluate", "-c", "none.json"),
    fediversity("evaluate", "-c", sample, "--config", config),
  ]);
  assert.deepEqual(
    [syntax, key, missing, typescript].map(({ code }) => code),
    [3, 3, 3, 3],
  );
  assert.match(syntax.stderr, /^broken\.json:2:27: this is not JSON/);
  assert.match(key.stderr, /wrong\.json:\d+: applications\.snak: .*did you mean "snac"/);
  assert.match(missing.stderr, /^none\.json: there is no such file/);
  assert.match(typescript.stderr, /broken\.config\.ts:2: Expected/);
});

test("evaluate prints the deployment, the same every time", async () => {
  const [first, second] = await Promise.all([
    fediversity("evaluate", "-c", sample),
    fediversity("evaluate", "-c", sample),
  ]);
  assert.deepEqual([first.code, first.stderr], [0, ""]);
  assert.equal(first.stdout, second.stdout);
  const { name, components } = JSON.parse(first.stdout) as { name: string; components: object };
  assert.equal(name, (JSON.parse(readFileSync(sample, "utf8")) as { domain: string }).domain);
  assert.ok(Object.keys(components).includes("machine/snac"));
});

test("--json prints lines of the documented shape and nothing else, a failure last", async () => {
  const parse = ({ stdout }: Ended): readonly JsonLine[] =>
    stdout
      .trimEnd()
      .split("\n")
      .map((text) => JsonLine.parse(JSON.parse(text)));
  const [well, refused, usage] = await Promise.all([
    fediversity("status", "--json", "-c", sample),
    fediversity("--json", "evaluate", "-c", "none.json"),
    fediversity("plan", "--json", "--nonsense"),
  ]);
  assert.deepEqual(
    parse(well).map(({ event }) => event),
    ["run-started", "run-finished", "result"],
  );
  assert.deepEqual([well.code, well.stderr], [0, ""]);
  const [failure, ...more] = parse(refused);
  assert.deepEqual(more, []);
  assert.ok(failure?.event === "failure" && failure.exitCode === 3 && failure.report.code === "configuration-missing");
  assert.deepEqual([refused.code, refused.stderr], [3, ""]);
  const [wrong] = parse(usage);
  assert.ok(wrong?.event === "failure" && wrong.exitCode === 2 && wrong.report.code === "usage");
});

test("verbs that work with the state do not need a configuration that evaluates", async () => {
  const wrong = write("state.json", '{ "domain": "example.org", "nonsense": 1 }');
  const [named, read, unknown] = await Promise.all([
    fediversity("destroy", "--yes", "--deployment", "example.org"),
    fediversity("status", "-c", wrong),
    fediversity("status", "-c", "none.json"),
  ]);
  assert.deepEqual([named.code, read.code, unknown.code], [0, 0, 3]);
  assert.match(named.stdout, /Nothing is deployed/);
  assert.match(read.stdout, /example\.org: nothing is deployed/);
  assert.match(unknown.stderr, /name the deployment with --deployment/);
});

test("schema prints JSON Schemas", async () => {
  const [configuration, events] = await Promise.all([fediversity("schema"), fediversity("schema", "--events")]);
  for (const { code, stdout } of [configuration, events]) {
    assert.equal(code, 0);
    const schema = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  }
  const { properties } = JSON.parse(configuration.stdout) as { properties: object };
  assert.deepEqual(Object.keys(properties), ["$schema", "domain", "initialUser", "applications"]);
});

test("completion knows verbs, options and what the files say", async () => {
  const words = async (...args: readonly string[]): Promise<readonly string[]> => {
    const { code, stdout } = await fediversity("complete", "-c", sample, "--", ...args);
    assert.equal(code, 0);
    return stdout
      .split("\n")
      .flatMap((text) => (text === "" || text.startsWith(":") ? [] : [text.split("\t")[0] ?? ""]));
  };
  write("some.json", "{}");
  const [verbs, options, environments, targets, files, script] = await Promise.all([
    words("pl"),
    words("apply", "--ta"),
    words("plan", "--environment", ""),
    words("apply", "--target", "machine/s"),
    words("plan", "-c", "som"),
    fediversity("completion", "bash"),
  ]);
  assert.deepEqual(verbs, ["plan"]);
  assert.deepEqual(options, ["--target"]);
  assert.ok(environments.includes("local"));
  assert.deepEqual(targets, ["machine/snac"]);
  assert.deepEqual(files, ["some.json"]);
  assert.match(script.stdout, /complete .*fediversity/);
});

test("version and help are no mistakes; no verb at all is one", async () => {
  const [version, help, nothing] = await Promise.all([
    fediversity("--version"),
    fediversity("plan", "--help"),
    fediversity(),
  ]);
  assert.deepEqual([version.code, help.code, nothing.code], [0, 0, 2]);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.match(help.stdout, /--detailed-exit-code[\s\S]*--environment/);
  assert.match(nothing.stderr, /^Usage: fediversity <verb> \[options\]/);
});

test("npm start refuses wrong options and configurations before it touches anything", async () => {
  const start = fileURLToPath(new URL("./start.ts", import.meta.url));
  const [option, environment, configuration] = await Promise.all([
    run(start, ["--detatch"]),
    run(start, ["--configuration", sample, "--environment", "nowhere"]),
    run(start, ["--configuration", "none.json"]),
  ]);
  assert.deepEqual([option.code, environment.code, configuration.code], [2, 2, 3]);
  assert.match(option.stderr, /did you mean --detach\?[\s\S]*`npm start -- --help`/);
  assert.ok(!readdirSync(folder).includes(".fediversity"));
});
