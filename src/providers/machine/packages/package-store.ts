import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { Failure } from "../../../model/failure.ts";
import { run } from "../../process/run.ts";
import { archiveFailure } from "./apt-failure.ts";
import { aptEnvironment } from "./apt-root.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { aptHelper } from "./find-mirrors.ts";
import { requireRoom } from "./disk-room.ts";
import { withLock } from "./with-lock.ts";

/** How far a download is, in bytes. */
export interface DownloadProgress {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

/** How files are brought into the store. */
export interface FetchOptions {
  readonly cache: string;
  readonly files: readonly ArchiveFile[];
  readonly report: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Gives the place of a file in the store: named by its content, so machines, suites and architectures share it. */
export function storedPath(cache: string, sha256: string): string {
  return join(cache, "packages", `${sha256}.deb`);
}

/**
 * Brings files into the store that are not there yet, in one run of apt's downloader, which checks each against its
 * hash; then they are read again and checked here. What is in the store with another content is fetched anew. Only one
 * process downloads at a time, so nothing is fetched twice.
 * @throws Failure `archive-unreachable`, `disk-full`, `archive-failed`, `package-damaged`, `lock-unavailable`
 */
export async function fetchPackages(options: FetchOptions): Promise<void> {
  const { cache, files, signal } = options;
  const store = join(cache, "packages");
  await mkdir(store, { recursive: true });
  if ((await missing(cache, files)).length === 0) return;
  await withLock(
    join(store, "lock"),
    "exclusive",
    async () => {
      const wanted = await missing(cache, files);
      if (wanted.length > 0) await download({ ...options, files: wanted });
    },
    signal,
  );
}

async function download(options: FetchOptions): Promise<void> {
  const { cache, files, report, signal } = options;
  const partial = join(cache, "packages", "partial");
  // Left by a download that was killed.
  await rm(partial, { recursive: true, force: true });
  const folder = join(partial, randomUUID());
  await mkdir(folder, { recursive: true });
  const total = files.reduce((sum, file) => sum + file.size, 0);
  await requireRoom(folder, total, "download Debian packages");
  const text = `downloading ${String(files.length)} Debian package${files.length === 1 ? "" : "s"}`;
  report({ done: 0, total, text });
  const watch = setInterval(() => {
    void bytesIn(folder).then((done) => report({ done: Math.min(done, total), total, text }));
  }, 500);
  try {
    const args = files.flatMap((file) => [file.uri, join(folder, file.sha256), `SHA256:${file.sha256}`]);
    const result = await run(aptHelper, ["download-file", ...args], { env: aptEnvironment(), signal });
    if (result.code !== 0) throw archiveFailure(result.stdout + result.stderr, "download Debian packages");
    for (const file of files) {
      const path = join(folder, file.sha256);
      if (!(await isWhole(path, file))) throw damaged(file);
      await rename(path, storedPath(cache, file.sha256));
    }
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
  report({ done: total, total, text });
}

async function missing(cache: string, files: readonly ArchiveFile[]): Promise<readonly ArchiveFile[]> {
  const absent: ArchiveFile[] = [];
  for (const file of files) if (!(await isWhole(storedPath(cache, file.sha256), file))) absent.push(file);
  return absent;
}

/** Hashes by what the file system says of a file, so that a file is read once per process while nobody writes it. */
const hashes = new Map<string, string>();

async function isWhole(path: string, file: ArchiveFile): Promise<boolean> {
  const found = await stat(path, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined || found.size !== BigInt(file.size)) return false;
  const identity = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(" ");
  let hash = hashes.get(identity);
  if (hash === undefined) {
    const sum = createHash("sha256");
    await pipeline(createReadStream(path), sum);
    hash = sum.digest("hex");
    hashes.set(identity, hash);
  }
  return hash === file.sha256;
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function damaged(file: ArchiveFile): Failure {
  return new Failure({
    code: "package-damaged",
    attempted: "download Debian packages",
    subject: file.fileName,
    found: "the downloaded file does not have the hash that the archive's index gives",
    next: "Try again; if it happens again, look at the disk of the package cache and at the proxy in between.",
  });
}
