import { readFileSync } from "node:fs";

/** What this build of the double is: its version, and how it is broken on purpose. */
export const about = JSON.parse(readFileSync(process.env.DOUBLE_JSON ?? "/etc/double.json", "utf8"));

/** Tells whether this build is at least a version. */
export function isAtLeast(version) {
  const parts = (text) => text.split(/[.-]/).map(Number);
  const [mine, other] = [parts(about.version), parts(version)];
  for (const index of [0, 1, 2]) {
    if (mine[index] !== other[index]) return mine[index] > other[index];
  }
  return true;
}

export function log(text) {
  process.stdout.write(`[${new Date().toISOString()}] info: ${text}\n`);
}

export function warn(text) {
  process.stderr.write(`double: warning: ${text}\n`);
}

/** Names every problem and ends. */
export function refuse(problems) {
  process.stderr.write(problems.map((problem) => `double: ${problem}\n`).join(""));
  process.exit(1);
}
