import { mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { explainIssues } from "../../../model/explain.ts";
import { Failure } from "../../../model/failure.ts";
import { canonicalJson } from "../../../model/json.ts";
import { ImageDigest, ImageReference } from "../../../system/image.ts";
import { withLock } from "../packages/with-lock.ts";
import { writeAtomically } from "../packages/write-atomically.ts";

const Locked = z.record(ImageReference, ImageDigest);

/** What tags stand for: image with tag → digest. */
export type LockedImages = Readonly<Record<string, string>>;

/** Asks the registry what a tag stands for now. */
export type ResolveImage = (image: string) => Promise<string>;

function invalid(file: string, found: string, failures: Failure["report"]["failures"] = []): Failure {
  return new Failure({
    code: "image-lock-invalid",
    attempted: "read the lock file of images",
    subject: file,
    found,
    next: "Take the file back from version control; or remove the entry, and the image is locked anew.",
    failures,
  });
}

/**
 * Reads the lock file; one that is not there locks nothing.
 * @throws Failure `image-lock-invalid`
 */
export async function readImageLock(file: string): Promise<LockedImages> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw invalid(file, `it cannot be read: ${(error as Error).message}`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid(file, `it is not JSON: ${(error as Error).message}`);
  }
  const result = Locked.safeParse(document);
  if (result.success) return result.data;
  const { issues } = result.error;
  throw invalid(
    file,
    "it does not fit its schema",
    explainIssues({ schema: Locked, document, issues, attempted: "read the lock file of images" }),
  );
}

async function change(file: string, resolved: LockedImages, wins: "known" | "new"): Promise<LockedImages> {
  await mkdir(dirname(file), { recursive: true });
  return await withLock(dirname(file), "exclusive", async () => {
    // What another run locked meanwhile holds: two deployers must not disagree about a tag.
    const known = await readImageLock(file);
    const images = wins === "known" ? { ...resolved, ...known } : { ...known, ...resolved };
    await writeAtomically(file, `${canonicalJson(images, 2)}\n`);
    return images;
  });
}

/**
 * Gives the digests of images, as locked; what is not locked yet is resolved and locked from then on.
 * @throws Failure `image-lock-invalid`, and what `resolve` throws
 */
export async function lockImages(
  file: string,
  images: readonly string[],
  resolve: ResolveImage,
): Promise<LockedImages> {
  if (images.length === 0) return {};
  let locked = await readImageLock(file);
  const missing = images.filter((image) => locked[image] === undefined);
  if (missing.length > 0) {
    const resolved = await Promise.all(missing.map(async (image) => [image, await resolve(image)] as const));
    locked = await change(file, Object.fromEntries(resolved), "known");
  }
  return Object.fromEntries(images.map((image) => [image, locked[image] as string]));
}

/** One image whose tag stands for something else than before. */
export interface ImageUpdate {
  readonly image: string;
  readonly before: string;
  readonly after: string;
}

/** Asks the registry again about every image that is locked, and locks what it says. */
export async function updateImageLock(file: string, resolve: ResolveImage): Promise<readonly ImageUpdate[]> {
  const locked = await readImageLock(file);
  const updates = await Promise.all(
    Object.entries(locked).map(async ([image, before]) => ({ image, before, after: await resolve(image) })),
  );
  const changed = updates.filter(({ before, after }) => before !== after);
  const resolved = Object.fromEntries(changed.map(({ image, after }) => [image, after]));
  if (changed.length > 0) await change(file, resolved, "new");
  return changed;
}
