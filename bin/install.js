// Installs the npm packages of the checkout as package-lock.json has them, with a progress line, or leaves nothing.
import { existsSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";
import { runChild } from "./children.js";
import { record, root, wantedFolders, whyInstall } from "./packages.js";

const neededMegabytes = 700;
const again = "then run the same command again.";

/** Known causes in what npm prints, most certain first. */
const causes = [
  { sign: /ENOSPC|EDQUOT/, found: "the disk is full", next: `Free at least ${neededMegabytes} MB, ${again}` },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/,
    found: "the npm registry cannot be reached",
    next: `Check the network, \`npm config get registry\` and \`npm config get proxy\`, ${again}`,
  },
  {
    sign: /EACCES|EPERM|EROFS/,
    found: "a file or folder may not be written",
    next: `Check who owns ${root} and the folder that \`npm config get cache\` names, ${again}`,
  },
  {
    sign: /EINTEGRITY/,
    found: "a package is not the one that package-lock.json names",
    next: `Run \`npm cache verify\`, ${again}`,
  },
];

/**
 * @param {string} found
 * @param {string} next
 * @param {string[]} [lines] what npm said about it
 * @returns {never}
 */
function fail(found, next, lines = []) {
  const details = lines.map((line) => `  | ${line}\n`).join("");
  process.stderr.write(`fediversity: the npm packages could not be installed: ${found}\n${details}  next: ${next}\n`);
  process.exit(1);
}

/** Shows how many packages are in place, once a second, where there is a terminal. Gives the function that ends it. */
function showProgress() {
  if (!process.stderr.isTTY) return () => undefined;
  const started = Date.now();
  const folders = wantedFolders();
  const timer = setInterval(() => {
    const present = folders.filter((folder) => existsSync(path.join(root, folder, "package.json"))).length;
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`\r\u001B[K  ${present} of at most ${folders.length} packages, ${seconds} s`);
  }, 500);
  return () => {
    clearInterval(timer);
    process.stderr.write("\r\u001B[K");
  };
}

async function runNpm() {
  // Inside `npm run` npm says where it is, which is right also where no npm is in PATH.
  const { npm_execpath: script } = process.env;
  const npm = script?.endsWith(".js") ? [process.execPath, script] : ["npm"];
  let output = "";
  const kinds = ["--include=dev", "--include=optional", "--ignore-scripts"];
  // A registry that does not answer is tried three times within about ten seconds, not for more than a minute.
  const retries = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=10000"];
  const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=warn"];
  const ended = await runChild(
    [...npm, "ci", ...kinds, ...retries, ...quiet],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
    (chunk) => {
      output += chunk.toString();
    },
  ).catch(() => fail("npm cannot be started", `Install npm, for example Debian's package npm, ${again}`));
  return { ...ended, output };
}

const why = whyInstall();
if (why === undefined) process.exit(0);

const modules = path.join(root, "node_modules");
const disk = statfsSync(root);
const free = Math.floor((disk.bavail * disk.bsize) / 1e6);
// Packages that are there already make room before the new ones come.
if (!existsSync(modules) && free < neededMegabytes) {
  fail(`${free} MB of disk are free, ${neededMegabytes} MB are needed`, `Free disk space, ${again}`);
}

process.stderr.write(`Installing the npm packages: ${why}.\n`);
// An interrupted installation must not look complete to the next start.
rmSync(record, { force: true });
const endProgress = showProgress();
const started = Date.now();
const { code, signal, output } = await runNpm();
endProgress();

const missing = whyInstall();
if (code === 0 && missing === undefined) {
  process.stderr.write(`Installed the npm packages in ${Math.round((Date.now() - started) / 1000)} s.\n`);
  process.exit(0);
}

rmSync(modules, { recursive: true, force: true });
if (signal !== null || code >= 128) {
  process.stderr.write("Interrupted: the npm packages installed so far are removed again.\n");
  process.exit(code);
}
const lines = [...new Set(output.trim().split("\n"))];
// npm takes some failures for success, a full disk among them.
for (const { sign, found, next } of causes) {
  const telling = lines.filter((line) => sign.test(line));
  if (telling.length > 0) fail(found, next, telling.slice(0, 3));
}
const found = code === 0 ? `npm ended well, but ${missing}` : `npm ended with exit code ${code}`;
fail(found, `Mend what it says, ${again}`, lines.slice(-8));
