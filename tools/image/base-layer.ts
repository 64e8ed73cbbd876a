import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../src/model/failure.ts";
import { canonicalJson } from "../../src/model/json.ts";
import { readArchive, type Archive } from "../../src/providers/local-machine/archive.ts";
import { imageRelease } from "../../src/providers/local-machine/image-recipe.ts";
import { run } from "../../src/providers/process/run.ts";
import { keepLayer, type KeptLayer } from "./keep-layer.ts";
import { packFolder } from "./pack-folder.ts";

/** Everything that decides what a base layer holds. */
export interface BaseRecipe {
  readonly release: string;
  /** Name of a Debian architecture, as `dpkg --print-architecture` prints it. */
  readonly architecture: string;
  /** Sorted, each once. */
  readonly packages: readonly string[];
  readonly dpkgOptions: readonly string[];
  /** The texts of the scripts that finish it, in their order. */
  readonly hooks: readonly string[];
}

/** Takes out what containers do not need; the last script of every base layer. */
const tidyScript = new URL("./tidy-base.sh", import.meta.url);

/** Describes a base layer: a root file system with these packages and the essential ones. */
export function baseRecipe(packages: readonly string[], architecture: string, hooks: readonly string[]): BaseRecipe {
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
    hooks,
  };
}

/** Names a base layer by what goes into it: 16 hexadecimal digits. */
export function baseId(recipe: BaseRecipe): string {
  return createHash("sha256").update(canonicalJson(recipe)).digest("hex").slice(0, 16);
}

/** Gives the arguments for mmdebstrap(1) that make the root file system of a base layer in a folder. */
export function baseArguments(
  recipe: BaseRecipe,
  archive: Archive,
  folder: string,
  hooks: readonly string[],
): string[] {
  return [
    "--mode=root",
    "--format=directory",
    // Without apt, unless it is among the packages. `minbase` would add 15 MB.
    "--variant=essential",
    `--architectures=${recipe.architecture}`,
    ...(recipe.packages.length === 0 ? [] : [`--include=${recipe.packages.join(",")}`]),
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=APT::Install-Recommends "false"',
    ...archive.settings.map((setting) => `--aptopt=${setting}`),
    ...recipe.dpkgOptions.map((option) => `--dpkgopt=${option}`),
    ...hooks.map((hook) => `--customize-hook=${hook}`),
    recipe.release,
    folder,
    ...archive.repositories.map(({ uri, suite }) => `deb ${uri} ${suite} main`),
  ];
}

async function bootstrap(recipe: BaseRecipe, root: string, hooks: readonly string[]): Promise<void> {
  const archive = await readArchive(recipe.release);
  // When unshare ends, its namespaces and everything in them end too; setpriv ties it to this process.
  const namespaces = ["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const made = await run("setpriv", [
    ...["--pdeathsig", "KILL", "--", "unshare", ...namespaces, "--"],
    ...["mmdebstrap", ...baseArguments(recipe, archive, root, hooks)],
  ]);
  if (made.code === 0) return;
  throw new Failure({
    code: "image-build",
    attempted: `make a root file system with ${recipe.packages.join(", ")}`,
    found: `mmdebstrap ended with exit code ${String(made.code)}`,
    next: "Read its lines, mend the cause and try again: nothing half-made is left. It has to run as root.",
    details: made.stderr.trimEnd().split("\n").slice(-12),
  });
}

/**
 * Gives the layer of a set of packages, from the cache when it is there.
 * @param options.hooks executable scripts that finish the root file system, whose folder is their argument
 * @param options.cache folder that keeps layers for later runs
 * @param options.anew whether the Debian archive is asked again, for newer versions of the packages
 * @throws Failure `image-build`, `no-archive`, `command-missing`
 */
export async function baseLayer(options: {
  readonly packages: readonly string[];
  readonly hooks?: readonly URL[] | undefined;
  readonly architecture: string;
  readonly cache: string;
  readonly anew?: boolean | undefined;
  readonly report?: ((text: string) => void) | undefined;
}): Promise<KeptLayer> {
  const hooks = [...(options.hooks ?? []), tidyScript];
  const texts = await Promise.all(hooks.map((hook) => readFile(hook, "utf8")));
  const recipe = baseRecipe(options.packages, options.architecture, texts);
  const folder = join(options.cache, baseId(recipe));
  if (options.anew === true) await rm(folder, { recursive: true, force: true });
  return await keepLayer(folder, async (partial) => {
    options.report?.(`building a root file system with ${recipe.packages.join(", ")}`);
    const root = join(partial, "root");
    await bootstrap(
      recipe,
      root,
      hooks.map((hook) => fileURLToPath(hook)),
    );
    const layer = await packFolder(root, join(partial, "layer.tar.gz"));
    await rm(root, { recursive: true, force: true });
    return layer;
  });
}
