import { createHash } from "node:crypto";
import { canonicalJson } from "../../model/json.ts";
import type { Archive } from "./archive.ts";

/** The release of Debian that machines run. */
export const imageRelease = "trixie";

/** What every image holds: what a Debian machine needs to be reached over SSH, and nothing that the product installs. */
const basePackages: readonly string[] = [
  "ca-certificates",
  "dbus",
  "iproute2",
  "openssh-server",
  "systemd",
  "systemd-sysv",
  "udev",
];

/** Everything that decides what an image holds. Two equal recipes give one image. */
export interface ImageRecipe {
  readonly release: string;
  /** Name of a Debian architecture, as `dpkg --print-architecture` prints it. */
  readonly architecture: string;
  /** Sorted, each once. */
  readonly packages: readonly string[];
  readonly dpkgOptions: readonly string[];
  /** Text of the script that tidies the image. */
  readonly tidy: string;
}

/**
 * Describes an image.
 * @param packages Debian packages besides those that every image holds
 */
export function imageRecipe(options: {
  readonly packages: readonly string[];
  readonly architecture: string;
  readonly tidy: string;
}): ImageRecipe {
  return {
    release: imageRelease,
    architecture: options.architecture,
    packages: [...new Set([...basePackages, ...options.packages])].toSorted(),
    // Manuals are not read on these machines; copyright files stay, as their licences ask.
    dpkgOptions: [
      "path-exclude=/usr/share/man/*",
      "path-exclude=/usr/share/doc/*",
      "path-include=/usr/share/doc/*/copyright",
    ],
    tidy: options.tidy,
  };
}

/** Names an image by what goes into it: 16 hexadecimal digits. */
export function imageId(recipe: ImageRecipe): string {
  return createHash("sha256").update(canonicalJson(recipe)).digest("hex").slice(0, 16);
}

/**
 * Gives the arguments for mmdebstrap(1) that build an image into a folder.
 * @param tidyScript path of the script that tidies the image
 */
export function mmdebstrapArguments(options: {
  readonly recipe: ImageRecipe;
  readonly archive: Archive;
  readonly folder: string;
  readonly tidyScript: string;
}): string[] {
  const { recipe, archive } = options;
  return [
    "--mode=root",
    "--format=directory",
    "--variant=minbase",
    `--architectures=${recipe.architecture}`,
    `--include=${recipe.packages.join(",")}`,
    `--aptopt=Acquire::Languages "none"`,
    ...archive.settings.map((setting) => `--aptopt=${setting}`),
    ...recipe.dpkgOptions.map((option) => `--dpkgopt=${option}`),
    `--customize-hook=${options.tidyScript}`,
    recipe.release,
    options.folder,
    ...archive.repositories.map(({ uri, suite }) => `deb ${uri} ${suite} main`),
  ];
}
