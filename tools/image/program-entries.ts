import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOk } from "../../src/providers/process/run.ts";
import { checkoutFiles } from "../testing/checkout-files.ts";
import { completeEntries, filesBelow, type LayerEntry } from "./oci-layout.ts";

/**
 * Packs a checkout as npm does for publishing, and gives what is in the package.
 * @param root the folder of the checkout
 * @param inside the folder of the image that gets the package
 */
export async function programEntries(root: string, inside: string): Promise<readonly LayerEntry[]> {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-image-"));
  try {
    // A copy, so that the build of another run at the same time does no harm.
    const sources = join(folder, "sources");
    for (const file of await checkoutFiles(root)) await cp(join(root, file), join(sources, file), { recursive: true });
    await symlink(join(root, "node_modules"), join(sources, "node_modules"));
    const packed = await runOk("npm", ["pack", "--json", "--pack-destination", folder], { cwd: sources });
    const [{ filename }] = JSON.parse(packed) as [{ readonly filename: string }];
    await runOk("tar", ["--extract", `--file=${join(folder, filename)}`, `--directory=${folder}`]);
    const files = await filesBelow(join(folder, "package"), (path) => path.startsWith("bin/"));
    return completeEntries(files.map((file) => ({ ...file, path: `${inside}/${file.path}` })));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
