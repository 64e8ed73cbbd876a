import { spawn } from "node:child_process";
import { mkdir, readFile, readdir, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "../../model/failure.ts";
import { runOk } from "../process/run.ts";
import { readArchive } from "./archive.ts";
import { withFileLock } from "./file-lock.ts";
import { imageId, imageRecipe, mmdebstrapArguments, type ImageRecipe } from "./image-recipe.ts";
import { isMissing } from "./missing.ts";

/** A Debian root file system that machines share as the read-only layer below their own. */
export interface BaseImage {
  /** Content address: two images with one id hold the same. */
  readonly id: string;
  readonly folder: string;
}

/** How far a long piece of work is. */
export interface Progress {
  readonly done: number;
  readonly total?: number | undefined;
  readonly text: string;
}

const tidyScriptFile = new URL("./tidy-image.sh", import.meta.url);
const freeBytesNeeded = 1.5 * 1024 ** 3;
const phases: readonly { readonly seen: RegExp; readonly text: string }[] = [
  { seen: /running apt-get update/, text: "fetching the lists of packages" },
  { seen: /downloading packages/, text: "downloading packages" },
  { seen: /extracting archives/, text: "unpacking packages" },
  { seen: /installing essential/, text: "installing essential packages" },
  { seen: /installing remaining/, text: "installing the other packages" },
  { seen: /running --customize-hook/, text: "tidying up" },
  { seen: /cleaning package lists/, text: "removing what was downloaded" },
];

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function checkComputer(images: string): Promise<void> {
  const attempted = "build the image that machines start from";
  if (process.getuid?.() !== 0) {
    throw new Failure({
      code: "not-root",
      attempted,
      found: "building a Debian root file system and starting machines takes root",
      next: "Run the command as root.",
    });
  }
  const { bavail, bsize } = await statfs(images);
  if (bavail * bsize < freeBytesNeeded) {
    throw new Failure({
      code: "disk-space",
      attempted,
      subject: images,
      found: `${String(Math.floor((bavail * bsize) / 1024 ** 2))} MB are free, ${String(freeBytesNeeded / 1024 ** 2)} MB are needed`,
      next: "Free space there, or choose another folder for the cache.",
    });
  }
}

function buildFailure(lines: readonly string[]): Failure {
  const text = lines.join("\n");
  const attempted = "build the image that machines start from";
  const details = lines.slice(-12);
  if (/Could not resolve|Temporary failure resolving|Could not connect|Network is unreachable|timed out/i.test(text)) {
    return new Failure({
      code: "no-network",
      attempted,
      found: "the Debian archive that this computer's apt uses does not answer",
      next: "Check the network and the addresses in /etc/apt/sources.list.d, then try again: nothing half-made is left.",
      details,
    });
  }
  if (/No space left on device/i.test(text)) {
    return new Failure({
      code: "disk-space",
      attempted,
      found: "the disk is full",
      next: "Free space and try again: nothing half-made is left.",
      details,
    });
  }
  return new Failure({
    code: "image-failed",
    attempted,
    found: "mmdebstrap ended with an error",
    next: "Read its lines, mend the cause and try again: nothing half-made is left.",
    details,
  });
}

/** Runs mmdebstrap so that nothing of it is left, whether it ends, is interrupted, or this process is killed. */
async function runMmdebstrap(args: readonly string[], onLine: (line: string) => void, signal?: AbortSignal) {
  // When unshare ends, its process and mount namespaces and everything in them end too; setpriv ties it to us.
  const namespaces = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", "unshare", ...namespaces, "--", "mmdebstrap", ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    killSignal: "SIGKILL",
    ...(signal === undefined ? {} : { signal }),
  });
  const lines = createInterface({ input: child.stderr });
  lines.on("line", onLine);
  const failed = new Promise<Error | undefined>((resolve) => {
    child.once("error", resolve);
    child.once("close", () => {
      resolve(undefined);
    });
  });
  const closed = new Promise<void>((resolve) => {
    child.once("close", () => {
      resolve();
    });
  });
  const error = await failed;
  if (error !== undefined && child.pid !== undefined) await closed;
  if (error !== undefined) throw error;
  return child.exitCode;
}

async function build(
  recipe: ImageRecipe,
  folder: string,
  report: (progress: Progress) => void,
  signal?: AbortSignal,
): Promise<void> {
  const partial = `${folder}.building`;
  const tidyScript = `${folder}.tidy`;
  const lines: string[] = [];
  let done = 0;
  const onLine = (line: string): void => {
    lines.push(line);
    done = Math.max(done, phases.findIndex((phase) => phase.seen.test(line)) + 1);
    const text = phases[done - 1]?.text;
    if (text !== undefined) report({ done, total: phases.length, text });
  };
  const archive = await readArchive(recipe.release, signal);
  try {
    await rm(partial, { recursive: true, force: true });
    await writeFile(tidyScript, recipe.tidy, { mode: 0o755 });
    const args = mmdebstrapArguments({ recipe, archive, folder: partial, tidyScript });
    if ((await runMmdebstrap(args, onLine, signal)) !== 0) throw buildFailure(lines);
    await rename(partial, folder);
  } finally {
    await rm(tidyScript, { force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Gives a Debian 13 root file system for machines, building it with mmdebstrap(1) when the cache does not have it.
 * Two processes that need one image at once build it once; an interrupted build leaves nothing that looks finished.
 * @param packages Debian packages on top of those that every machine needs
 * @param cache folder that keeps images for later runs
 * @throws Failure `not-root`, `disk-space`, `no-network`, `no-archive`, `command-missing`, `image-failed`
 */
export async function ensureBaseImage(options: {
  readonly packages?: readonly string[] | undefined;
  readonly cache: string;
  readonly report?: ((progress: Progress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<BaseImage> {
  const { signal } = options;
  const report = options.report ?? ((): void => undefined);
  const recipe = imageRecipe({
    packages: options.packages ?? [],
    architecture: (await runOk("dpkg", ["--print-architecture"], { signal })).trim(),
    tidy: await readFile(tidyScriptFile, "utf8"),
  });
  const id = imageId(recipe);
  const images = join(options.cache, "images");
  const folder = join(images, id);
  if (await isFolder(folder)) return { id, folder };
  await mkdir(images, { recursive: true });
  await withFileLock(
    join(images, `${id}.lock`),
    async () => {
      if (await isFolder(folder)) return;
      await checkComputer(images);
      await build(recipe, folder, report, signal);
    },
    signal,
  );
  return { id, folder };
}

/** Names the images that a cache holds. */
export async function listBaseImages(cache: string): Promise<BaseImage[]> {
  const images = join(cache, "images");
  const names = (await isFolder(images)) ? await readdir(images) : [];
  return names.filter((name) => /^[0-9a-f]{16}$/.test(name)).map((id) => ({ id, folder: join(images, id) }));
}
