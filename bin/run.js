// npm start, npm test, npm run …: installs the npm packages when they are missing, then runs the given TypeScript
// program with Node 24. Usage: node bin/run.js PROGRAM [ARGUMENT…]
import { existsSync } from "node:fs";
import path from "node:path";
import { runChild } from "./children.js";
import { node24, root, whyInstall } from "./packages.js";

const [program = "", ...args] = process.argv.slice(2);

/**
 * @param {string} found
 * @param {string} next
 */
function refuse(found, next) {
  process.stderr.write(`fediversity: ${found}\n  next: ${next}\n`);
  process.exit(1);
}

if (Number.parseInt(process.versions.node, 10) < 20) {
  refuse(`Node ${process.versions.node} is too old.`, "Install Node 20 or newer, for example Debian 13's nodejs.");
}
if (process.platform !== "linux")
  refuse(`${process.platform} is not supported.`, "Use a computer with Debian 12 or 13.");
if (process.arch !== "x64" && process.arch !== "arm64") {
  refuse(`The processor architecture ${process.arch} is not supported.`, "Use a computer with amd64 or arm64.");
}

if (whyInstall() !== undefined) {
  // One installation at a time: a second command waits for the first and then finds everything in place.
  const lock = existsSync("/usr/bin/flock")
    ? ["/usr/bin/flock", "--no-fork", path.join(root, "package-lock.json")]
    : [];
  const { code } = await runChild([...lock, process.execPath, path.join(root, "bin", "install.js")]);
  if (code !== 0) process.exit(code);
}

const { HOME, PATH = "", XDG_CACHE_HOME = HOME && path.join(HOME, ".cache") } = process.env;
// A private folder, because what lies in the compile cache is executed.
const cache = XDG_CACHE_HOME ? { NODE_COMPILE_CACHE: path.join(XDG_CACHE_HOME, "fediversity", "compiled") } : {};
const env = { ...cache, ...process.env, PATH: `${path.join(root, "node_modules", ".bin")}:${PATH}` };

const main = path.resolve(root, program);
const { code, signal } = await runChild([node24, "--conditions=fediversity-source", main, ...args], { env });
// Dying of the same signal tells the shell and npm why.
if (signal === null) process.exitCode = code;
else process.kill(process.pid, signal);
