// bin/run.js as a fresh clone meets it: with an npm that is played here, because what matters is what it does with it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, test, suite } from "node:test";
import { setTimeout } from "node:timers/promises";
import { run } from "../src/providers/process/run.ts";
import type { RunResult } from "../src/providers/process/run.ts";

const root = path.dirname(import.meta.dirname);
const packages = { "": {}, "node_modules/small": { integrity: "sha512-a" } };

/** Plays `npm ci`: notes that it was called, begins as npm does, and then does what the test asked for. */
const npm = `
import { appendFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
appendFileSync("calls", process.argv[2] + "\\n");
const { OUTCOME } = process.env;
rmSync("node_modules", { recursive: true, force: true });
mkdirSync("node_modules/small", { recursive: true });
if (OUTCOME === "hang") {
  appendFileSync("calls", "hanging\\n");
  setInterval(() => undefined, 1000);
} else if (OUTCOME.startsWith("half")) {
  console.error("npm warn tar TAR_ENTRY_ERROR " + OUTCOME);
  writeFileSync("node_modules/.package-lock.json", readFileSync("package-lock.json"));
} else if (OUTCOME !== "install") {
  console.error("npm error code " + OUTCOME);
  process.exitCode = 1;
} else {
  writeFileSync("node_modules/small/package.json", "{}");
  const folder = "node_modules/node-linux-" + process.arch + "/bin";
  mkdirSync(folder, { recursive: true });
  symlinkSync(process.execPath, folder + "/node");
  writeFileSync("node_modules/.package-lock.json", readFileSync("package-lock.json"));
}
`;

const program = `
import { writeFileSync } from "node:fs";
const [word, code] = process.argv.slice(2);
console.log(word, process.execArgv.join(" "));
if (word === "wait") {
  let signals = 0;
  process.on("SIGTERM", () => (signals += 1));
  process.on("SIGINT", () => process.exit(signals + 10));
  setInterval(() => undefined, 1000);
  writeFileSync("ready", "");
} else if (word === "terminal") {
  let signals = 0;
  process.on("SIGINT", () => {
    signals += 1;
    // As npm does with the signal that it got from the terminal at the same time.
    if (signals === 1) process.kill(process.ppid, "SIGINT");
    setTimeout(() => process.exit(signals + 10), 300);
  });
  setInterval(() => undefined, 1000);
  writeFileSync("ready", "");
} else if (word === "die") process.kill(process.pid, "SIGKILL");
else process.exitCode = Number(code);
`;

let folder = "";

/** Does what the played npm does, without it. */
async function install(): Promise<void> {
  const modules = path.join(folder, "node_modules");
  const bin = path.join(modules, `node-linux-${process.arch}`, "bin");
  await mkdir(bin, { recursive: true });
  await mkdir(path.join(modules, "small"));
  await symlink(process.execPath, path.join(bin, "node"));
  await writeFile(path.join(modules, "small", "package.json"), "{}");
  await writeFile(path.join(modules, ".package-lock.json"), JSON.stringify({ packages }));
}

const environment = (outcome: string): Record<string, string> => {
  const { PATH = "" } = process.env;
  return { PATH, HOME: folder, OUTCOME: outcome, npm_execpath: path.join(folder, "npm.js") };
};
const bootstrap = (outcome: string, args: readonly string[]): Promise<RunResult> =>
  run(process.execPath, [path.join(folder, "bin", "run.js"), "program.ts", ...args], {
    cwd: folder,
    env: environment(outcome),
  });
const exists = (name: string): Promise<boolean> =>
  stat(path.join(folder, name)).then(
    () => true,
    () => false,
  );
const calls = async (): Promise<readonly string[]> =>
  (await exists("calls")) ? (await readFile(path.join(folder, "calls"), "utf8")).trim().split("\n") : [];

// In a suite, so that the hooks are for these tests alone: all files run in one process.
suite("the bootstrap", () => {
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "fediversity-bootstrap-"));
    await cp(path.join(root, "bin"), path.join(folder, "bin"), { recursive: true });
    await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await writeFile(path.join(folder, "package-lock.json"), JSON.stringify({ packages }));
    await writeFile(path.join(folder, "npm.js"), npm);
    await writeFile(path.join(folder, "program.ts"), program);
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test("the first command installs the packages, the second finds them; the exit code is the program's", async () => {
    const first = await bootstrap("install", ["hello", "7"]);
    assert.deepEqual([first.code, first.stdout], [7, "hello --conditions=fediversity-source\n"]);
    assert.match(first.stderr, /^Installing the npm packages.*\nInstalled the npm packages in/);
    const second = await bootstrap("install", ["hello", "0"]);
    assert.deepEqual([second.code, second.stderr], [0, ""]);
    assert.deepEqual(await calls(), ["ci"]);
  });

  test("packages that changed or are damaged are installed again", async () => {
    await install();
    const changed = { packages: { ...packages, "node_modules/small": { integrity: "sha512-b" } } };
    await writeFile(path.join(folder, "package-lock.json"), JSON.stringify(changed));
    assert.match((await bootstrap("install", ["hello", "0"])).stderr, /package-lock\.json changed/);
    await rm(path.join(folder, "node_modules", "small", "package.json"));
    assert.match((await bootstrap("EOTHER", ["hello", "0"])).stderr, /node_modules\/small is missing/);
  });

  test("an optional package for another computer is not missed", async () => {
    await install();
    const other = { ...packages, "node_modules/other": { integrity: "sha512-c", optional: true } };
    await writeFile(path.join(folder, "package-lock.json"), JSON.stringify({ packages: other }));
    assert.equal((await bootstrap("EOTHER", ["hello", "0"])).code, 0);
  });

  test("a failure says what to do and leaves nothing half-made", async () => {
    const cases = [
      ["ENOTFOUND", /registry cannot be reached/, /next: Check the network/],
      ["ENOSPC", /disk is full/, /next: Free at least \d+ MB/],
      ["EACCES", /may not be written/, /next: Check who owns/],
      ["half ENOSPC", /disk is full/, /next: Free at least/],
      ["half", /ended well, but node_modules/, /next: Mend/],
      ["EOTHER", /exit code 1/, /npm error code EOTHER[^]*next: Mend/],
    ] as const;
    for (const [code, found, next] of cases) {
      const result = await bootstrap(code, ["hello", "0"]);
      assert.equal(result.code, 1);
      assert.match(result.stderr, found);
      assert.match(result.stderr, next);
      assert.equal(result.stdout, "");
      assert.equal(await exists("node_modules"), false);
    }
  });

  test("of two commands at once one installs and the other waits", async () => {
    const results = await Promise.all([bootstrap("install", ["hello", "0"]), bootstrap("install", ["hello", "0"])]);
    assert.deepEqual(
      results.map(({ code }) => code),
      [0, 0],
    );
    assert.deepEqual(await calls(), ["ci"]);
  });

  /** Starts in the background, without a terminal, and waits until `ready`. */
  async function inBackground(
    outcome: string,
    args: readonly string[],
    ready: () => Promise<boolean>,
  ): Promise<{ child: ChildProcess; ended: Promise<[number | null, NodeJS.Signals | null]> }> {
    const child = spawn(process.execPath, [path.join(folder, "bin", "run.js"), "program.ts", ...args], {
      cwd: folder,
      env: environment(outcome),
      stdio: "ignore",
      detached: true,
    });
    const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
    while (!(await ready())) await setTimeout(10);
    return { child, ended };
  }

  test("an installation that is interrupted is taken away, and the next command repairs it", async () => {
    const { child, ended } = await inBackground("hang", ["hello", "0"], async () =>
      (await calls()).includes("hanging"),
    );
    child.kill("SIGTERM");
    const [code] = await ended;
    assert.equal(code, 143);
    assert.equal(await exists("node_modules"), false);
    assert.equal((await bootstrap("install", ["hello", "0"])).code, 0);
  });

  test("an installation that is killed does not look complete", async () => {
    await install();
    await rm(path.join(folder, "node_modules", "small", "package.json"));
    const { child, ended } = await inBackground("hang", ["hello", "0"], async () =>
      (await calls()).includes("hanging"),
    );
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    await writeFile(path.join(folder, "node_modules", "small", "package.json"), "{}");
    assert.match((await bootstrap("EOTHER", ["hello", "0"])).stderr, /not installed yet/);
  });

  test("a signal reaches the program once, and its death by a signal is passed on", async () => {
    await install();
    const { child, ended } = await inBackground("install", ["wait"], () => exists("ready"));
    child.kill("SIGTERM");
    child.kill("SIGINT");
    const [code] = await ended;
    assert.ok(code === 10 || code === 11, `exit code ${String(code)}`);
    assert.equal((await bootstrap("install", ["die"])).code, 137);
  });

  test("Ctrl-C in a terminal reaches the program once, although npm passes it on as well", async () => {
    await install();
    const command = `exec '${process.execPath}' bin/run.js program.ts terminal`;
    // script(1) makes the terminal.
    const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      cwd: folder,
      env: environment("install"),
      stdio: ["pipe", "ignore", "ignore"],
    });
    const ended = once(child, "exit");
    while (!(await exists("ready"))) await setTimeout(10);
    child.stdin.write("\u0003");
    assert.deepEqual(await ended, [11, null]);
  });

  test("a Node that is too old is refused before anything is tried", async () => {
    const text = await readFile(path.join(folder, "bin", "run.js"), "utf8");
    await writeFile(path.join(folder, "bin", "run.js"), text.replaceAll("process.versions.node", '"18.20.4"'));
    const result = await bootstrap("install", ["hello", "0"]);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /Node 18\.20\.4 is too old\.\n {2}next: Install Node 20/);
    assert.deepEqual(await calls(), []);
  });

  test("the command of a fresh clone installs the packages too, and then needs nothing of that any more", async () => {
    await mkdir(path.join(folder, "src", "cli"), { recursive: true });
    await cp(path.join(folder, "program.ts"), path.join(folder, "src", "cli", "main.ts"));
    const { PATH = "" } = process.env;
    const path24 = `${path.dirname(process.execPath)}:${PATH}`;
    const command = (outcome: string): Promise<RunResult> =>
      run(path.join(folder, "bin", "fediversity"), ["hello", "5"], {
        env: { ...environment(outcome), PATH: path24 },
        cwd: folder,
      });
    const first = await command("install");
    assert.deepEqual([first.code, first.stdout], [5, "hello --conditions=fediversity-source\n"]);
    const second = await command("EOTHER");
    assert.deepEqual([second.code, second.stdout, second.stderr], [5, first.stdout, ""]);
  });
});
