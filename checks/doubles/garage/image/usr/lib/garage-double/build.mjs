import { readFileSync } from "node:fs";

/** @import { Build } from "../../../../types.ts" */

/**
 * What this build of the double answers as; a checkout has no /etc/double.json.
 * @returns {Build}
 */
export function readBuild() {
  const path = process.env["DOUBLE_FILE"] ?? "/etc/double.json";
  /** @type {Partial<Build>} */
  let written = {};
  try {
    written = /** @type {Partial<Build>} */ (JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
  }
  return { version: written.version ?? "2.1.0", fault: written.fault ?? null };
}

/**
 * @param {Build} build
 * @param {string} version
 */
export function isSince(build, version) {
  return build.version.localeCompare(version, "en", { numeric: true }) >= 0;
}
