import { createReadStream } from "node:fs";
import { pinnedName } from "../../../system/image.ts";
import type { Session } from "../ssh/session.ts";
import { type Blob, storedImage } from "./image-store.ts";

/** An image that a machine lacks, as it asks for it. */
export interface AskedImage {
  readonly image: string;
  readonly digest: string;
}

/** What travels to a machine. */
export interface ImageTransfer {
  /** An OCI image index that names every image as the machine is to know it: image-spec, image-index.md. */
  readonly index: string;
  /** Each once, without the layers that the machine has. */
  readonly blobs: readonly Blob[];
}

/**
 * Finds out what has to be sent so that the machine has these images; fetches what the deployer lacks.
 * @param present digests of the compressed layers that the machine has
 */
export async function transferOf(options: {
  readonly cache: string;
  readonly images: readonly AskedImage[];
  readonly present: ReadonlySet<string>;
  readonly architecture: string;
  readonly report: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}): Promise<ImageTransfer> {
  const { cache, images, present, architecture, report, signal } = options;
  const blobs = new Map<string, Blob>();
  const manifests: object[] = [];
  for (const { image, digest } of images) {
    report(image);
    const { manifest, config, layers } = await storedImage({ cache, image, digest, architecture, signal });
    for (const blob of [manifest, config, ...layers.filter((layer) => !present.has(layer.digest))]) {
      blobs.set(blob.digest, blob);
    }
    manifests.push({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
      annotations: { "org.opencontainers.image.ref.name": pinnedName(image, digest) },
    });
  }
  return { index: JSON.stringify({ schemaVersion: 2, manifests }), blobs: [...blobs.values()] };
}

/** Sends what {@link transferOf} found. */
export async function sendImages(
  session: Session,
  { index, blobs }: ImageTransfer,
  report: (done: number, total: number) => void,
): Promise<void> {
  const total = blobs.reduce((sum, blob) => sum + blob.size, 0);
  let done = 0;
  let said = 0;
  for (const { digest, size, path } of blobs) {
    session.send("blob", digest.replace("sha256:", ""), size);
    for await (const chunk of createReadStream(path)) {
      await session.write(chunk as Buffer);
      done += (chunk as Buffer).length;
      if (done < total && performance.now() - said < 100) continue;
      said = performance.now();
      report(done, total);
    }
  }
  const text = Buffer.from(index);
  session.send("index", text.length);
  await session.write(text);
}
