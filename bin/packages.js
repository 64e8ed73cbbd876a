// Which npm packages the checkout needs and whether they are there. Plain JavaScript for Node 20, without packages,
// because it runs before any package is installed.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {{ readonly integrity?: string, readonly optional?: boolean }} Package */

/** The checkout that this file belongs to. */
export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** What npm writes last of all when it installs: without it the installation is not complete. */
export const record = path.join(root, "node_modules", ".package-lock.json");

/** The Node that runs the TypeScript sources, as it comes out of the registry. */
export const node24 = path.join(root, "node_modules", `node-linux-${process.arch}`, "bin", "node");

/**
 * The packages of a lock file by their folder.
 * @param {string} file
 * @returns {Record<string, Package>}
 */
function packagesOf(file) {
  const { packages } = /** @type {{ packages: Record<string, Package> }} */ (JSON.parse(readFileSync(file, "utf8")));
  delete packages[""]; // The checkout itself.
  return packages;
}

/** The folders of all packages that package-lock.json asks for, on whatever computer. */
export function wantedFolders() {
  return Object.keys(packagesOf(path.join(root, "package-lock.json")));
}

/**
 * Why the packages have to be installed, or nothing when they are there as package-lock.json has them.
 * @returns {string | undefined}
 */
export function whyInstall() {
  if (!existsSync(record)) return "they are not installed yet";
  const present = packagesOf(record);
  for (const [folder, wanted] of Object.entries(packagesOf(path.join(root, "package-lock.json")))) {
    const found = present[folder];
    // Optional packages for other computers are rightly absent.
    if (found === undefined && wanted.optional) continue;
    if (found?.integrity !== wanted.integrity) return `package-lock.json changed (${folder})`;
    if (!existsSync(path.join(root, folder, "package.json"))) return `${folder} is missing`;
  }
  return existsSync(node24) ? undefined : `${path.relative(root, node24)} is missing`;
}
