import { createHash } from "node:crypto";
import { chmod, copyFile, lstat, mkdir, readFile, readdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../../src/model/failure.ts";
import { canonicalJson } from "../../src/model/json.ts";
import { isMissing } from "../../src/providers/local-machine/missing.ts";
import { keepLayer, type KeptLayer } from "./keep-layer.ts";
import { packFolder } from "./pack-folder.ts";

/** What a lock file of npm says of one package: docs.npmjs.com, package-lock.json. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}

/** The packages of a lock file that the program needs when it runs, by their folder. */
export function neededPackages(
  lock: Readonly<Record<string, LockedPackage>>,
): readonly (readonly [folder: string, locked: LockedPackage])[] {
  return Object.entries(lock)
    .filter(([folder, { dev }]) => folder !== "" && dev !== true)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What nobody reads when a program runs: the C headers of Node. */
const left = /^node_modules\/node-linux-[^/]+\/include(?:\/|$)/;

/** Copies a package without the packages inside it, which are packages of their own. */
async function copyPackage(from: string, to: string, folder: string): Promise<void> {
  await mkdir(join(to, folder), { recursive: true, mode: 0o755 });
  for (const entry of await readdir(join(from, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.name === "node_modules" || left.test(path)) continue;
    if (entry.isDirectory()) await copyPackage(from, to, path);
    else if (entry.isSymbolicLink()) await symlink(await readlink(join(from, path)), join(to, path));
    else {
      await copyFile(join(from, path), join(to, path));
      const { mode } = await lstat(join(from, path));
      await chmod(join(to, path), (mode & 0o100) === 0 ? 0o644 : 0o755);
    }
  }
}

async function installedVersion(root: string, folder: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(root, folder, "package.json"), "utf8");
    return (JSON.parse(text) as { readonly version: string }).version;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Gives the layer with the npm packages that the program needs, as the lock file of a checkout names them and as they
 * are installed in it.
 * @param root the folder of the checkout
 * @param inside the folder of the image that gets `node_modules`
 * @throws Failure `image-build` when what is installed is not what is locked
 */
export async function dependenciesLayer(root: string, inside: string, cache: string): Promise<KeptLayer> {
  const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const needed: (readonly [folder: string, locked: LockedPackage])[] = [];
  for (const [folder, locked] of neededPackages(packages)) {
    const found = await installedVersion(root, folder);
    // Those for other computers are not there.
    if (found === undefined && locked.optional === true) continue;
    if (found !== locked.version) {
      throw new Failure({
        code: "image-build",
        attempted: "make the layer of npm packages",
        subject: folder,
        found: `the lock file says ${locked.version ?? "nothing"}, and ${found ?? "nothing"} is installed`,
        next: "Install what the lock file says: npm ci.",
      });
    }
    needed.push([folder, locked]);
  }
  const id = createHash("sha256")
    .update(canonicalJson([inside, needed]))
    .digest("hex")
    .slice(0, 16);
  return await keepLayer(join(cache, `npm-${id}`), async (partial) => {
    const staged = join(partial, "root");
    for (const [folder] of needed) await copyPackage(root, join(staged, inside), folder);
    for (let folder = join(staged, inside); folder !== partial; folder = dirname(folder)) await chmod(folder, 0o755);
    const layer = await packFolder(staged, join(partial, "layer.tar.gz"));
    await rm(staged, { recursive: true, force: true });
    return layer;
  });
}
