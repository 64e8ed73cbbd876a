import { accessSync, constants, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { settings } from "./settings.js";

// Other values are for trying the double outside of its image.
const data = process.env.DOUBLE_DATA ?? "/data";
const user = Number(process.env.DOUBLE_UID ?? 999);

/** Where a kind of file is kept, as in `storage.avatars`. */
export function storageFolder(get, kind) {
  return get(`storage.${kind}`) ?? join(data, kind.replaceAll("_", "-"));
}

/**
 * Checks who the process is, and that the volumes are its own: /config may also be mounted read-only.
 * @returns the problems
 */
export function checkVolumes(environment) {
  const problems = [];
  if (process.getuid() !== user || process.getgid() !== user) {
    problems.push(`user: runs as ${process.getuid()}:${process.getgid()}, not as ${user}:${user}`);
  }
  try {
    const { uid } = statSync(data);
    if (uid !== user) problems.push(`${data}: belongs to user ${uid}, not to ${user}`);
  } catch (error) {
    problems.push(`${data}: ${error.code}`);
  }
  const configuration = (environment.NODE_CONFIG_DIR ?? "/config").split(":").at(-1);
  try {
    accessSync(configuration, constants.R_OK | constants.X_OK);
  } catch (error) {
    problems.push(`${configuration}: ${error.code}`);
  }
  try {
    const probe = join(data, ".probe");
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    problems.push(`${data}: cannot be written: ${error.code}`);
  }
  return problems;
}

/** Makes the folders of every kind of file. @returns the problems */
export function makeFolders(get) {
  const problems = [];
  for (const { path } of settings.filter(({ path }) => path.startsWith("storage."))) {
    const folder = storageFolder(get, path.replace("storage.", ""));
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
    } catch (error) {
      problems.push(`${path}: ${folder}: ${error.code}`);
    }
  }
  return problems;
}
