import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { isMissing } from "../../src/providers/local-machine/missing.ts";
import type { KeptLayer } from "./keep-layer.ts";
import {
  blobPath,
  digestOf,
  layoutDocuments,
  packEntries,
  type ImageConfig,
  type Layer,
  type LayerEntry,
} from "./oci-layout.ts";

/** An OCI layout that holds one image. */
export interface WrittenImage {
  readonly folder: string;
  /** Of the image's manifest. */
  readonly digest: string;
}

/** A layout appears by one rename, so its first file tells that all are there. */
async function isComplete(folder: string): Promise<boolean> {
  try {
    await readFile(join(folder, "oci-layout"));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Writes an image as an OCI layout, named by its digest: the same image is written once.
 * @param image.below layers that are kept in a cache on the same file system, from the lowest to the highest
 * @param image.entries the highest layer, which is small
 * @param folder where layouts are kept
 */
export async function writeLayout(
  image: {
    readonly config: ImageConfig;
    readonly below: readonly KeptLayer[];
    readonly entries: readonly LayerEntry[];
    /** As `dpkg --print-architecture` prints it. */
    readonly architecture: string;
  },
  folder: string,
): Promise<WrittenImage> {
  const archive = await packEntries(image.entries);
  const content = gzipSync(archive, { level: 9 });
  const highest: Layer = { digest: digestOf(content), diffId: digestOf(archive), size: content.length };
  const { digest, files } = layoutDocuments(image.config, [...image.below, highest], image.architecture);
  const own = join(folder, digest.replace("sha256:", "").slice(0, 16));
  if (await isComplete(own)) return { folder: own, digest };
  const partial = `${own}.${randomUUID()}`;
  try {
    await mkdir(join(partial, dirname(blobPath(digest))), { recursive: true });
    for (const layer of image.below) await link(layer.file, join(partial, blobPath(layer.digest)));
    await writeFile(join(partial, blobPath(highest.digest)), content);
    for (const file of files) await writeFile(join(partial, file.path), file.content);
    await rename(partial, own).catch(async (error: unknown) => {
      // Another process was faster; what it wrote is the same.
      if (!(await isComplete(own))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return { folder: own, digest };
}
