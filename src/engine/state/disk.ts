import { constants, type FileHandle, link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";

/** A file that is only ever added to. */
export interface AppendFile {
  /** Adds text with one write and returns when it is safely on the disk. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** The few things that state needs of a file system; tests pass their own, to fail at any of them. */
export interface Disk {
  /** Gives the content of a file; `undefined` when it is not there. */
  read(file: string): Promise<Buffer | undefined>;
  /** Tells whether a folder is there, whatever it holds. */
  hasFolder(folder: string): Promise<boolean>;
  /** Makes a folder that holds one file: after a crash both are there, or neither. */
  establish(folder: string, name: string, content: string): Promise<void>;
  /** Puts new content in the place of a file: after a crash it is the old or the new. */
  replace(file: string, content: string): Promise<void>;
  /** Opens a file for adding, after cutting it to its first `length` bytes. */
  openAppend(file: string, length: number): Promise<AppendFile>;
}

/** Gives the code of a system error (`ENOENT`), `undefined` for anything else. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

async function absent<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes the names in a folder durable (fsync(2): a file's own fsync does not cover its directory entry). */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  const { bytesWritten } = await handle.write(bytes);
  if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
  await handle.datasync();
}

/** Writes a new file that only its owner may read, durably. Fails with `EEXIST` when it is there already. */
export async function writeNew(file: string, content: string): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    await writeAll(handle, content);
  } finally {
    await handle.close();
  }
}

/** Gives a name beside `path` that nobody else uses. */
export function beside(path: string): string {
  return join(dirname(path), `.new-${randomBytes(8).toString("hex")}`);
}

/**
 * Puts a new file in its place only when nothing is there: whoever comes second gets `EEXIST`, and nobody ever sees
 * a part of it.
 */
export async function publish(file: string, content: string, write = writeNew): Promise<void> {
  const draft = beside(file);
  await write(draft, content);
  try {
    await link(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  await syncFolder(dirname(file));
}

/** The real file system. */
export const disk: Disk = {
  read: (file) => absent(readFile(file)),
  async hasFolder(folder) {
    const handle = await absent(open(folder, constants.O_RDONLY | constants.O_DIRECTORY));
    await handle?.close();
    return handle !== undefined;
  },
  async establish(folder, name, content) {
    const parent = dirname(folder);
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const draft = beside(folder);
    await mkdir(draft, { mode: 0o700 });
    await writeNew(join(draft, name), content);
    await syncFolder(draft);
    await rename(draft, folder);
    await syncFolder(parent);
  },
  async replace(file, content) {
    const draft = beside(file);
    await writeNew(draft, content);
    await rename(draft, file);
    await syncFolder(dirname(file));
  },
  async openAppend(file, length) {
    const handle = await open(file, constants.O_WRONLY | constants.O_APPEND);
    try {
      if ((await handle.stat()).size !== length) {
        await handle.truncate(length);
        await handle.datasync();
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    return { append: (text) => writeAll(handle, text), close: () => handle.close() };
  },
};
