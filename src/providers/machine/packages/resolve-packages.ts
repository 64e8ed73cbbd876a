import { join, resolve } from "node:path";
import { Failure } from "../../../model/failure.ts";
import { isPackageName } from "../../../system/package-name.ts";
import { aptRoot, type AptRoot, type Suite } from "./apt-root.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { diskFull } from "./disk-room.ts";
import { parseDpkgStatus } from "./dpkg-status.ts";
import { findFiles } from "./find-files.ts";
import { fetchPackages, storedPath } from "./package-store.ts";
import { refreshLists, type Lists } from "./refresh-lists.ts";

/** A Debian package's file in the cache, verified. */
export interface PackageFile {
  readonly name: string;
  /** Debian version, with its epoch. */
  readonly version: string;
  /** Debian architecture, or `all`. */
  readonly architecture: string;
  /** Hexadecimal, lower case. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The file in the cache; its name there is its hash. */
  readonly path: string;
  /** The name it has to have on the machine, such as `hello_2.10-5_amd64.deb`. */
  readonly fileName: string;
}

/** What a machine should have, and what it has. */
export interface PackageRequest {
  /** Packages that the system wants. */
  readonly names: readonly string[];
  /** The machine's `/var/lib/dpkg/status`, then, each after an empty line, the numbered files in `/var/lib/dpkg/updates`. */
  readonly status: Buffer | string;
  /** What `dpkg --print-architecture` says on the machine. */
  readonly architecture: string;
  readonly suite?: Suite | undefined;
  /** Folder for lists and files; made when missing, shared by everything that runs on this computer. */
  readonly cache: string;
  /** Mirrors of Debian to use instead of those in this computer's apt sources. */
  readonly mirrors?: readonly string[] | undefined;
  /** Called with what is going on; bytes while downloading. */
  readonly report?: ((progress: { done: number; total?: number; text: string }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds since 1970. */
  readonly now?: (() => number) | undefined;
}

const day = 24 * 60 * 60 * 1000;
/** Milliseconds for which a second look at the archive would tell nothing new. */
const recent = 10 * 60 * 1000;

/**
 * Gives the files that have to be on the machine so that the wanted packages can be installed there without a network:
 * the packages themselves and their dependencies, as far as the machine misses them, in no particular order. They are
 * downloaded into the cache when they are not there yet, and verified by the archive's signatures. The archive is asked
 * for its lists when those at hand are older than a day, or when they do not serve.
 * @throws Failure `package-name-invalid`, `architecture-invalid`, `package-unknown`, `package-virtual`,
 *   `packages-unsatisfiable`, `archive-unreachable`, `archive-signature`, `archive-stale`, `archive-failed`,
 *   `mirror-unknown`, `keyring-missing`, `package-damaged`, `disk-full`, `lock-unavailable`
 */
export async function resolvePackages(request: PackageRequest): Promise<{ readonly install: readonly PackageFile[] }> {
  const { names, architecture, signal, now = Date.now } = request;
  checkWords(names, architecture);
  signal?.throwIfAborted();
  const status = Buffer.from(request.status);
  const { installed } = parseDpkgStatus(status.toString("utf8"));
  if (names.every((name) => installed.has(name))) return { install: [] };

  const cache = resolve(request.cache);
  const root = aptRoot(cache, request.suite ?? "trixie", architecture);
  const say = (text: string): void => request.report?.({ done: 0, text });
  const refresh = (age: number): Promise<Lists> =>
    refreshLists({ root, age, mirrors: request.mirrors, report: say, signal, now });
  const attempt = async ({ time }: Lists): Promise<readonly PackageFile[]> => {
    say(
      `finding the files of ${names.length === 1 ? "one Debian package" : `${String(names.length)} Debian packages`}`,
    );
    const files = await findFiles({ root, time, names, status });
    signal?.throwIfAborted();
    await fetchPackages({ cache, files, report: (progress) => request.report?.(progress), signal });
    return files.map((file) => packageFile(cache, file));
  };

  return diskFullNamed(root, async () => {
    const lists = await refresh(day);
    try {
      return { install: await attempt(lists) };
    } catch (error) {
      if (!(error instanceof Failure) || !outdated.has(error.code)) throw error;
      const newer = await newerLists(() => refresh(recent), error);
      if (newer.time === lists.time) throw error;
      return { install: await attempt(newer) };
    }
  });
}

/** Failures that lists of today may mend. */
const outdated: ReadonlySet<string> = new Set(["package-unknown", "packages-unsatisfiable", "archive-unreachable"]);

/** An archive that does not answer leaves the first failure standing; one that answers wrongly is a failure of its own. */
async function newerLists(refresh: () => Promise<Lists>, first: Failure): Promise<Lists> {
  try {
    return await refresh();
  } catch (error) {
    throw error instanceof Failure && error.code === "archive-unreachable" ? first : error;
  }
}

function packageFile(cache: string, file: ArchiveFile): PackageFile {
  const { name, version, architecture, sha256, size, fileName } = file;
  return { name, version, architecture, sha256, size, fileName, path: storedPath(cache, sha256) };
}

function checkWords(names: readonly string[], architecture: string): void {
  const bad = names.find((name) => !isPackageName(name));
  if (bad !== undefined) {
    throw new Failure({
      code: "package-name-invalid",
      attempted: "find the Debian packages of the system",
      subject: JSON.stringify(bad),
      found: "this cannot be the name of a Debian package",
      next: "Use lower case letters, digits, plus, minus and full stop; at least two, the first a letter or digit.",
    });
  }
  if (!/^[a-z0-9][a-z0-9-]*$/.test(architecture)) {
    throw new Failure({
      code: "architecture-invalid",
      attempted: "find the Debian packages of the system",
      subject: JSON.stringify(architecture),
      found: "this cannot be the name of a Debian architecture",
      next: "See what `dpkg --print-architecture` says on the machine.",
    });
  }
}

async function diskFullNamed<T>(root: AptRoot, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    throw diskFull(join(root.folder, "..", ".."), "keep Debian packages in the cache", undefined, error);
  }
}
