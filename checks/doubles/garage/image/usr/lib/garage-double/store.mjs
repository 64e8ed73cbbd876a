import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isSince } from "./build.mjs";

/** @import { Build, Store, Tables } from "../../../../types.ts" */

/** The last step is newer than the version that is deployed at first, so that an upgrade has something to migrate. */
const schema = [
  { step: 1, since: "2.0.0", what: "buckets, keys and objects" },
  { step: 2, since: "2.2.0", what: "creation dates of keys" },
  { step: 3, since: "2.5.0", what: "checksum types of objects" },
];

/** @typedef {readonly [table: string, key: string, value: unknown]} Line */

/**
 * The metadata database: a journal of one JSON line per change, written before the change is answered, so that nothing
 * is lost however the process ends.
 * @param {string} folder
 * @param {Build} build
 * @returns {Store}
 */
export function openStore(folder, build) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "db.journal");
  /** @type {Map<string, Map<string, unknown>>} */
  const tables = new Map();

  /** @param {string} table */
  function rows(table) {
    const found = tables.get(table) ?? /** @type {Map<string, unknown>} */ (new Map());
    tables.set(table, found);
    return found;
  }
  /** @param {Line} line */
  function replay([table, key, value]) {
    if (value === null) rows(table).delete(key);
    else rows(table).set(key, value);
  }
  /** @param {Line} line */
  function write(line) {
    appendFileSync(path, `${JSON.stringify(line)}\n`);
    replay(line);
  }

  for (const line of readLines(path)) replay(line);
  const lines = [...tables].flatMap(([table, found]) =>
    [...found].map(([key, value]) => JSON.stringify([table, key, value])),
  );
  writeFileSync(`${path}.new`, lines.map((line) => `${line}\n`).join(""));
  renameSync(`${path}.new`, path);

  for (const { step, since, what } of schema) {
    if (Number(rows("schema").get("step") ?? 0) >= step || !isSince(build, since)) continue;
    write(["schema", "step", step]);
    console.error(`Migrated metadata to step ${String(step)}: ${what}`);
  }

  return {
    all: (table) => /** @type {Map<string, Tables[typeof table]>} */ (rows(table)),
    put: (table, key, value) => write([table, key, value]),
    remove: (table, key) => write([table, key, null]),
  };
}

/**
 * @param {string} path
 * @returns {Line[]}
 */
function readLines(path) {
  try {
    // A line that was cut off by the end of the process was never answered.
    const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
    return lines.map((line) => /** @type {Line} */ (JSON.parse(line)));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return [];
    throw error;
  }
}
