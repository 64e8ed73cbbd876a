// @ts-nocheck -- runs on Debian's Node 20 in the image, with Debian's packages
/* oxlint-disable */
"use strict";
// The same table of variables as the main image's, for this process.
const { readFileSync } = require("node:fs");
const table = JSON.parse(readFileSync(`${__dirname}/../double/variables.json`, "utf8"));

const whole = (pattern) => new RegExp(`^(?:${pattern})$`, "u");
const runtime = whole(table.runtime.join("|"));

function wrongWith(name, value) {
  if (Object.hasOwn(table.removed, name)) return table.removed[name];
  const format = table.variables[name] ?? table.variables[name.replace(/^BULK_SMTP_/u, "SMTP_")];
  if (format === undefined) return "unknown variable";
  if (/["'`]/u.test(value)) return "holds a quote: environment files are taken literally";
  if (value === "") return table.mayBeEmpty.includes(name) ? undefined : "is empty";
  const [pattern, words] = table.formats[format];
  return whole(pattern).test(value) ? undefined : `must be ${words}`;
}

/** Gives every problem of an environment, one line each. */
function settingsProblems(env) {
  const problems = [];
  for (const [name, value] of Object.entries(env)) {
    const wrong = runtime.test(name) ? undefined : wrongWith(name, value);
    if (wrong !== undefined) problems.push(`${name}: ${wrong}`);
  }
  for (const name of table.required.streaming) {
    if (name in env || table.replacedBy[name] in env) continue;
    // Peer authentication on a socket needs no password.
    if (name === "DB_PASS" && env.DB_HOST?.startsWith("/")) continue;
    problems.push(`${name}: is missing`);
  }
  if (process.getuid() !== 991) problems.push(`user: runs as uid ${process.getuid()}: must be 991`);
  return problems;
}

/** Takes secret values out of a message of a library. */
function withoutSecrets(text, env) {
  let clean = text;
  for (const [name, value] of Object.entries(env)) {
    if (/PASS|SECRET|_KEY|SALT|URL/u.test(name) && value.length > 5) clean = clean.replaceAll(value, `[${name}]`);
  }
  return clean.replaceAll("\n", " ");
}

module.exports = { settingsProblems, withoutSecrets };
