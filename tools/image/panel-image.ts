import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runOk } from "../../src/providers/process/run.ts";
import { baseLayer } from "./base-layer.ts";
import { dependenciesLayer } from "./dependencies-layer.ts";
import type { ImageConfig, LayerEntry } from "./oci-layout.ts";
import { packProgram, programEntries } from "./program-entries.ts";
import { writeLayout, type WrittenImage } from "./write-layout.ts";

/** Where the program is in the image. */
const program = "opt/fediversity";

/** What a deployment runs on the computer that it is made from: docs/hosting-providers.md. */
const packages = [
  "apt",
  "bind9-dnsutils",
  "ca-certificates",
  "openssh-client",
  "skopeo",
  // Ends what ssh leaves behind in the background.
  "tini",
];

const home = "/var/lib/fedipanel";

const config: ImageConfig = {
  User: "8090:8090",
  Entrypoint: [
    ...["/usr/bin/tini", "--", `/${program}/bin/fediversity`, "panel"],
    ...["--state", `${home}/state`, "--identity", `${home}/identity`],
    ...["--images", `${home}/fediversity.images.json`, "--cache", `${home}/cache`],
  ],
  Env: [`PATH=/${program}/bin:/usr/local/bin:/usr/bin:/bin`, `HOME=${home}`],
  WorkingDir: "/srv/fedipanel",
};

/** FediPanel's image. */
export interface PanelImage extends WrittenImage {
  /** Of the program. */
  readonly version: string;
}

/** What the image is built from and with. */
export interface PanelImageOptions {
  readonly cache: string;
  /** The folder with what is in the npm package; packed from the checkout when not given. */
  readonly packed?: string | undefined;
  /** Whether the Debian archive is asked for newer versions of its packages. */
  readonly anew?: boolean | undefined;
  /** Entries beside the program or in place of some of it, for checks. */
  readonly more?: readonly LayerEntry[] | undefined;
  readonly report?: ((text: string) => void) | undefined;
}

async function entriesOf(root: string, { packed, more }: PanelImageOptions): Promise<readonly LayerEntry[]> {
  if (packed !== undefined) return await programEntries(packed, program, more);
  const made = await packProgram(root);
  try {
    return await programEntries(made.folder, program, more);
  } finally {
    await made.remove();
  }
}

/**
 * Builds FediPanel's image out of a checkout: Debian's packages, npm's packages, and the program, each a layer, so that
 * another version of the program is a small one. What is built is content-addressed.
 * @param root the folder of the checkout
 * @throws Failure `image-build`, `no-archive`, `command-missing`
 */
export async function buildPanelImage(root: string, options: PanelImageOptions): Promise<PanelImage> {
  const { anew, report } = options;
  const cache = join(options.cache, "panel-image");
  const layers = join(cache, "layers");
  const architecture = (await runOk("dpkg", ["--print-architecture"])).trim();
  const hooks = [new URL("./prepare-panel.sh", import.meta.url)];
  const base = await baseLayer({ packages, hooks, architecture, cache: layers, anew, report });
  report?.("packing the program and its npm packages");
  const dependencies = await dependenciesLayer(root, program, layers);
  const image = { config, below: [base, dependencies], entries: await entriesOf(root, options), architecture };
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string };
  return { ...(await writeLayout(image, join(cache, "images"))), version };
}
