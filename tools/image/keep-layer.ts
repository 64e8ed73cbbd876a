import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../src/model/json.ts";
import { withFileLock } from "../../src/providers/local-machine/file-lock.ts";
import { isMissing } from "../../src/providers/local-machine/missing.ts";
import type { Layer } from "./oci-layout.ts";

/** A layer whose compressed archive lies in a cache. */
export interface KeptLayer extends Layer {
  readonly file: string;
}

async function readLayer(folder: string): Promise<Layer | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, "layer.json"), "utf8")) as Layer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * Gives a layer from the cache, or makes it there: all of it or nothing, and once, however many ask.
 * @param folder the layer's own, named by what goes into it
 * @param make writes `layer.tar.gz` into the folder that it is given
 */
export async function keepLayer(folder: string, make: (partial: string) => Promise<Layer>): Promise<KeptLayer> {
  const layer =
    (await readLayer(folder)) ??
    (await withFileLock(`${folder}.lock`, async () => {
      const other = await readLayer(folder);
      if (other !== undefined) return other;
      const partial = `${folder}.building`;
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      try {
        const made = await make(partial);
        await writeFile(join(partial, "layer.json"), canonicalJson(made));
        await rename(partial, folder);
        return made;
      } finally {
        await rm(partial, { recursive: true, force: true });
      }
    }));
  return { ...layer, file: join(folder, "layer.tar.gz") };
}
