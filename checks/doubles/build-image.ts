import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runOk } from "../../src/providers/process/run.ts";
import { baseLayer } from "../../tools/image/base-layer.ts";
import { writeLayout, type WrittenImage } from "../../tools/image/write-layout.ts";
import { contentEntries } from "./content-entries.ts";
import type { DoubleBuild, DoubleImage } from "./double-image.ts";

/**
 * Builds the image of a contract double as an OCI layout. What is built is content-addressed: the same double with
 * the same base layer gives the same digest and is written once; two processes that need one base layer build it once.
 * @param options.cache folder that keeps layers and images for later runs, below `doubles`
 * @throws Failure `image-build`, `no-archive`, `command-missing`
 */
export async function buildImage(
  image: DoubleImage,
  build: DoubleBuild,
  options: { readonly cache: string; readonly report?: ((text: string) => void) | undefined },
): Promise<WrittenImage> {
  const cache = join(options.cache, "doubles");
  const architecture = (await runOk("dpkg", ["--print-architecture"])).trim();
  const { packages, config } = image;
  const base = await baseLayer({ packages, architecture, cache: join(cache, "layers"), report: options.report });
  const entries = await contentEntries(image, fileURLToPath(image.folder), build);
  return await writeLayout({ config, below: [base], entries, architecture }, join(cache, "images"));
}
