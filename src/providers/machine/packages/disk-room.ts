import { statfs } from "node:fs/promises";
import { Failure } from "../../../model/failure.ts";

/**
 * Makes sure that a folder's disk has room before apt writes there: apt's downloader may wait for ever on a full disk.
 * @param bytes what will be written at most
 * @throws Failure `disk-full`
 */
export async function requireRoom(folder: string, bytes: number, attempted: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes) {
    throw diskFull(folder, attempted, `it needs ${megabytes(bytes)} and has ${megabytes(bavail * bsize)} left`);
  }
}

/** Makes the failure for a disk without room; `found` completes "the disk of the package cache is full". */
export function diskFull(folder: string, attempted: string, found?: string, cause?: unknown): Failure {
  return new Failure(
    {
      code: "disk-full",
      attempted,
      subject: folder,
      found: `the disk of the package cache is full${found === undefined ? "" : `: ${found}`}`,
      next: "Make room on the disk of the package cache, then try again.",
    },
    { cause },
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB`;
}
