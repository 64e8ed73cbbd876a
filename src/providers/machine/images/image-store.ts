import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "../../../model/failure.ts";
import { ImageDigest } from "../../../system/image.ts";
import { withLock } from "../packages/with-lock.ts";
import { copyImage } from "./skopeo.ts";

/** image-spec, descriptor.md. */
const Descriptor = z.object({ mediaType: z.string(), digest: ImageDigest, size: z.int().nonnegative() });
/** image-spec, image-index.md and manifest.md, as far as they are needed. */
const Index = z.object({ manifests: z.array(Descriptor).min(1) });
const Manifest = z.object({ config: Descriptor, layers: z.array(Descriptor) });

/** One blob of an image, in a file of the deployer. */
export interface Blob {
  readonly digest: string;
  readonly size: number;
  readonly path: string;
}

/** An image on the deployer. */
export interface StoredImage {
  readonly manifest: Blob & { readonly mediaType: string };
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

/** What is asked of the store. */
export interface StoreOptions {
  /** Folder of the store; shared by deployments. */
  readonly cache: string;
  readonly image: string;
  readonly digest: string;
  /** As dpkg names it. */
  readonly architecture: string;
  readonly signal?: AbortSignal | undefined;
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function isWhole({ path, size }: Blob): Promise<boolean> {
  return await stat(path).then(
    (found) => found.size === size,
    () => false,
  );
}

/** What the store has of an image, and nothing when anything of it is missing or cut short. */
async function stored(folder: string, blobs: string): Promise<StoredImage | undefined> {
  const blob = <T extends { readonly digest: string }>(descriptor: T): T & { path: string } => ({
    ...descriptor,
    path: join(blobs, descriptor.digest.replace(":", "/")),
  });
  const index = await readJson(join(folder, "index.json"), Index);
  if (index?.manifests[0] === undefined) return undefined;
  const manifest = blob(index.manifests[0]);
  const content = await readJson(manifest.path, Manifest);
  if (content === undefined) return undefined;
  const image = { manifest, config: blob(content.config), layers: content.layers.map(blob) };
  const whole = await Promise.all([image.config, ...image.layers].map(isWhole));
  return whole.includes(false) ? undefined : image;
}

/**
 * Gives an image from the store, fetched from its registry when the store lacks it. Only one process fetches at a time,
 * so nothing is fetched twice; skopeo checks every blob against its digest, and the machine does so again.
 * @throws Failure as `copyImage`
 */
export async function storedImage({ cache, image, digest, architecture, signal }: StoreOptions): Promise<StoredImage> {
  const blobs = join(cache, "blobs");
  const folder = join(cache, "images", `${digest.replace("sha256:", "")}-${architecture}`);
  const found = await stored(folder, blobs);
  if (found !== undefined) return found;
  await mkdir(join(cache, "images"), { recursive: true });
  return await withLock(
    join(cache, "lock"),
    "exclusive",
    async () => {
      const meanwhile = await stored(folder, blobs);
      if (meanwhile !== undefined) return meanwhile;
      await rm(folder, { recursive: true, force: true });
      const partial = `${folder}.partial`;
      await rm(partial, { recursive: true, force: true });
      await copyImage({ image, digest, architecture, folder: partial, blobs, signal });
      await rename(partial, folder);
      const fetched = await stored(folder, blobs);
      if (fetched !== undefined) return fetched;
      throw new Failure({
        code: "image-damaged",
        attempted: "fetch the image",
        subject: image,
        found: "parts of it are missing in the cache after it was fetched",
        next: `Look at the disk of ${cache}, then try again.`,
      });
    },
    signal,
  );
}
