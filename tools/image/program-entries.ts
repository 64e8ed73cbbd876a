import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOk } from "../../src/providers/process/run.ts";
import { checkoutFiles } from "../testing/checkout-files.ts";
import { completeEntries, filesBelow, type LayerEntry } from "./oci-layout.ts";

/**
 * Packs a checkout as npm does for publishing.
 * @param root the folder of the checkout
 * @returns the folder with what is in the package, and what removes it
 */
export async function packProgram(root: string): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-image-"));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    // A copy, so that the build of another run at the same time does no harm.
    const sources = join(folder, "sources");
    for (const file of await checkoutFiles(root)) await cp(join(root, file), join(sources, file), { recursive: true });
    await symlink(join(root, "node_modules"), join(sources, "node_modules"));
    const packed = await runOk("npm", ["pack", "--json", "--pack-destination", folder], { cwd: sources });
    const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
    await runOk("tar", ["--extract", `--file=${join(folder, filename)}`, `--directory=${folder}`]);
    return { folder: join(folder, "package"), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/**
 * Gives the layer of the program.
 * @param packed the folder with what is in the package
 * @param inside the folder of the image that gets it
 * @param more entries beside it or in place of some of it
 */
export async function programEntries(
  packed: string,
  inside: string,
  more: readonly LayerEntry[] = [],
): Promise<readonly LayerEntry[]> {
  const files = await filesBelow(packed, (path) => path.startsWith("bin/"));
  const own = files.filter(({ path }) => !path.startsWith("node_modules/"));
  return completeEntries([...own.map((file) => ({ ...file, path: `${inside}/${file.path}` })), ...more]);
}
