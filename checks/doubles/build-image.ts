import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip, gzipSync } from "node:zlib";
import { Failure } from "../../src/model/failure.ts";
import { canonicalJson } from "../../src/model/json.ts";
import { readArchive, type Archive } from "../../src/providers/local-machine/archive.ts";
import { withFileLock } from "../../src/providers/local-machine/file-lock.ts";
import { imageRelease } from "../../src/providers/local-machine/image-recipe.ts";
import { isMissing } from "../../src/providers/local-machine/missing.ts";
import { run, runOk } from "../../src/providers/process/run.ts";
import type { DoubleBuild, DoubleImage } from "./double-image.ts";
import { blobPath, contentEntries, digestOf, layoutDocuments, packEntries, type Layer } from "./oci-layout.ts";

/** Everything that decides what a base layer holds. */
export interface BaseRecipe {
  readonly release: string;
  /** Name of a Debian architecture, as `dpkg --print-architecture` prints it. */
  readonly architecture: string;
  /** Sorted, each once. */
  readonly packages: readonly string[];
  readonly dpkgOptions: readonly string[];
  readonly tidy: string;
}

const tidyScript = new URL("./tidy-base.sh", import.meta.url);

/** Describes a base layer: a root file system with these packages and the essential ones. */
export function baseRecipe(packages: readonly string[], architecture: string, tidy: string): BaseRecipe {
  return {
    release: imageRelease,
    architecture,
    packages: [...new Set(packages)].toSorted(),
    // Manuals and translations are not read in containers; copyright files stay, as their licences ask.
    dpkgOptions: [
      "path-exclude=/usr/share/man/*",
      "path-exclude=/usr/share/locale/*",
      "path-exclude=/usr/share/doc/*",
      "path-include=/usr/share/doc/*/copyright",
      "path-exclude=/usr/share/bash-completion/*",
      "path-exclude=/usr/share/lintian/*",
    ],
    tidy,
  };
}

/** Names a base layer by what goes into it: 16 hexadecimal digits. */
export function baseId(recipe: BaseRecipe): string {
  return createHash("sha256").update(canonicalJson(recipe)).digest("hex").slice(0, 16);
}

/** Gives the arguments for mmdebstrap(1) that make the root file system of a base layer in a folder. */
export function baseArguments(recipe: BaseRecipe, archive: Archive, folder: string, tidy: string): string[] {
  return [
    "--mode=root",
    "--format=directory",
    // Without apt: nothing is ever installed in a container. `minbase` would add 15 MB.
    "--variant=essential",
    `--architectures=${recipe.architecture}`,
    ...(recipe.packages.length === 0 ? [] : [`--include=${recipe.packages.join(",")}`]),
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    ...archive.settings.map((setting) => `--aptopt=${setting}`),
    ...recipe.dpkgOptions.map((option) => `--dpkgopt=${option}`),
    `--customize-hook=${tidy}`,
    recipe.release,
    folder,
    ...archive.repositories.map(({ uri, suite }) => `deb ${uri} ${suite} main`),
  ];
}

/** Passes bytes on and hashes them. */
function hashing(): { readonly stream: Transform; digest(): string; size(): number } {
  const hash = createHash("sha256");
  let size = 0;
  return {
    stream: new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        size += chunk.length;
        done(null, chunk);
      },
    }),
    digest: () => `sha256:${hash.digest("hex")}`,
    size: () => size,
  };
}

/** Writes a folder as a compressed layer whose bytes depend on the folder alone. */
async function packFolder(folder: string, file: string): Promise<Layer> {
  const args = ["--create", "--sort=name", "--mtime=@0", "--numeric-owner", "--one-file-system", "--format=pax"];
  // Access and change times, which --format=pax would keep.
  const times = "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime";
  // Who runs a container makes its own device nodes.
  const devices = "--exclude=./dev/*";
  const tar = spawn("tar", [...args, times, devices, `--directory=${folder}`, "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    tar.once("error", reject);
    tar.once("close", resolve);
  });
  const plain = hashing();
  const packed = hashing();
  const [code] = await Promise.all([
    ended,
    pipeline(tar.stdout, plain.stream, createGzip({ level: 6 }), packed.stream, createWriteStream(file)),
  ]);
  if (code !== 0) throw new Error(`tar of ${folder} ended with exit code ${String(code)}`);
  return { digest: packed.digest(), diffId: plain.digest(), size: packed.size() };
}

async function buildBase(recipe: BaseRecipe, folder: string): Promise<void> {
  const partial = `${folder}.building`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const archive = await readArchive(recipe.release);
    const root = join(partial, "root");
    const args = baseArguments(recipe, archive, root, fileURLToPath(tidyScript));
    // When unshare ends, its namespaces and everything in them end too; setpriv ties it to this process.
    const namespaces = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const made = await run("setpriv", [
      ...["--pdeathsig", "KILL", "--", "unshare", ...namespaces, "--"],
      ...["mmdebstrap", ...args],
    ]);
    if (made.code !== 0) {
      throw new Failure({
        code: "double-image",
        attempted: `make a root file system with ${recipe.packages.join(", ")}`,
        found: `mmdebstrap ended with exit code ${String(made.code)}`,
        next: "Read its lines, mend the cause and try again: nothing half-made is left.",
        details: made.stderr.trimEnd().split("\n").slice(-12),
      });
    }
    const layer = await packFolder(root, join(partial, "layer.tar.gz"));
    await rm(root, { recursive: true, force: true });
    await writeFile(join(partial, "layer.json"), canonicalJson(layer));
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function readLayer(folder: string): Promise<Layer | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, "layer.json"), "utf8")) as Layer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Gives the layer of a set of packages, from the cache when it is there. */
async function ensureBase(
  recipe: BaseRecipe,
  cache: string,
  report: (text: string) => void,
): Promise<Layer & { readonly file: string }> {
  const folder = join(cache, baseId(recipe));
  const layer =
    (await readLayer(folder)) ??
    (await withFileLock(`${folder}.lock`, async () => {
      const other = await readLayer(folder);
      if (other !== undefined) return other;
      report(`building a root file system with ${recipe.packages.join(", ")}`);
      await buildBase(recipe, folder);
      return await readLayer(folder);
    }));
  if (layer === undefined) throw new Error(`${folder} has no layer`);
  return { ...layer, file: join(folder, "layer.tar.gz") };
}

/**
 * Builds the image of a contract double as an OCI layout. What is built is content-addressed: the same double with
 * the same base layer gives the same digest and is written once; two processes that need one base layer build it once.
 * @param options.cache folder that keeps layers and images for later runs, below `doubles`
 * @returns the folder of the layout, which holds this one image, and the digest of its manifest
 * @throws Failure `double-image`, `no-archive`, `command-missing`
 */
export async function buildImage(
  image: DoubleImage,
  build: DoubleBuild,
  options: { readonly cache: string; readonly report?: ((text: string) => void) | undefined },
): Promise<{ readonly folder: string; readonly digest: string }> {
  const cache = join(options.cache, "doubles");
  const architecture = (await runOk("dpkg", ["--print-architecture"])).trim();
  const recipe = baseRecipe(image.packages, architecture, await readFile(tidyScript, "utf8"));
  const base = await ensureBase(recipe, join(cache, "layers"), options.report ?? ((): void => undefined));
  const archive = await packEntries(await contentEntries(image, fileURLToPath(image.folder), build));
  const content = gzipSync(archive, { level: 9 });
  const layer: Layer = { digest: digestOf(content), diffId: digestOf(archive), size: content.length };
  const { digest, files } = layoutDocuments(image, [base, layer], architecture);
  const folder = join(cache, "images", digest.replace("sha256:", "").slice(0, 16));
  if (await isComplete(folder)) return { folder, digest };
  const partial = `${folder}.${randomUUID()}`;
  try {
    await mkdir(join(partial, dirname(blobPath(digest))), { recursive: true });
    await link(base.file, join(partial, blobPath(base.digest)));
    await writeFile(join(partial, blobPath(layer.digest)), content);
    for (const file of files) await writeFile(join(partial, file.path), file.content);
    await rename(partial, folder).catch(async (error: unknown) => {
      // Another process was faster; what it wrote is the same.
      if (!(await isComplete(folder))) throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return { folder, digest };
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
