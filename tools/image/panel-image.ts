import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runOk } from "../../src/providers/process/run.ts";
import { baseLayer } from "./base-layer.ts";
import { dependenciesLayer } from "./dependencies-layer.ts";
import type { ImageConfig, LayerEntry } from "./oci-layout.ts";
import { programEntries } from "./program-entries.ts";
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

/**
 * Builds FediPanel's image out of a checkout: Debian's packages, npm's packages, and the program, each a layer, so that
 * another version of the program is a small one. What is built is content-addressed.
 * @param root the folder of the checkout
 * @param options.anew whether the Debian archive is asked for newer versions of its packages
 * @param options.more entries beside the program, for checks
 * @throws Failure `image-build`, `no-archive`, `command-missing`
 */
export async function buildPanelImage(
  root: string,
  options: {
    readonly cache: string;
    readonly anew?: boolean;
    readonly report?: (text: string) => void;
    readonly more?: readonly LayerEntry[];
  },
): Promise<PanelImage> {
  const { anew, report } = options;
  const cache = join(options.cache, "panel-image");
  const layers = join(cache, "layers");
  const architecture = (await runOk("dpkg", ["--print-architecture"])).trim();
  const hooks = [new URL("./prepare-panel.sh", import.meta.url)];
  const base = await baseLayer({ packages, hooks, architecture, cache: layers, anew, report });
  report?.("packing the program and its npm packages");
  const dependencies = await dependenciesLayer(root, program, layers);
  const entries = [...(await programEntries(root, program)), ...(options.more ?? [])];
  const image = { config, below: [base, dependencies], entries, architecture };
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string };
  return { ...(await writeLayout(image, join(cache, "images"))), version };
}
