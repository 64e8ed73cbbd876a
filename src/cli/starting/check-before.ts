import { statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Failure } from "../../model/failure.ts";
import { listBaseImages } from "../../providers/local-machine/base-image.ts";
import { missingDebianPackages } from "../../providers/local-machine/check-computer.ts";
import { bytes } from "../rendering/quantity.ts";
import { debianRelease, readOsRelease } from "./debian-release.ts";

const gibibyte = 1024 ** 3;

async function free(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (path === dirname(path)) throw error;
    return free(dirname(path));
  }
}

async function checkSpace(folder: string, needed: number, purpose: string): Promise<void> {
  const found = await free(resolve(folder));
  if (found >= needed) return;
  throw new Failure({
    code: "disk-space",
    attempted: "see whether this computer can run machines",
    subject: folder,
    found: `${bytes(found)} of disk are free, and ${purpose} takes about ${bytes(needed)}`,
    next: "Free space there, then start again. Nothing was changed.",
  });
}

/**
 * Looks whether starting can work, before anything is changed.
 * @returns the Debian packages that are missing, and the release
 * @throws Failure `not-root`, `not-debian`, `disk-space`
 */
export async function checkBefore(folders: {
  readonly state: string;
  readonly cache: string;
}): Promise<{ readonly release: string; readonly missing: readonly string[] }> {
  const release = debianRelease(await readOsRelease());
  if (process.getuid?.() !== 0) {
    throw new Failure({
      code: "not-root",
      attempted: "start machines on this computer",
      found: "machines on this computer are containers, and only root may start them",
      next: "Run the same as root, for example `sudo npm start`. Nothing was changed.",
    });
  }
  const images = await listBaseImages(folders.cache);
  if (images.length === 0) await checkSpace(folders.cache, 2 * gibibyte, "building the base image");
  await checkSpace(folders.state, gibibyte / 2, "running machines");
  return { release, missing: await missingDebianPackages() };
}
