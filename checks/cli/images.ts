import { access, constants } from "node:fs/promises";
import { buildImage } from "../doubles/build-image.ts";
import type { DoubleBuild, DoubleImage } from "../doubles/double-image.ts";
import { garageImage } from "../doubles/garage/image.ts";
import { realGarage } from "../doubles/garage/real-garage.ts";
import { mastodonImage, streamingImage } from "../doubles/mastodon/image.ts";
import { peertubeImage } from "../doubles/peertube/image.ts";
import { pixelfedImage } from "../doubles/pixelfed/image.ts";
import { defaultCache } from "../driver/lab.ts";

/** An image that a registry of the lab gets under its official name. */
export interface BuiltImage {
  /** An OCI layout. */
  readonly folder: string;
  readonly reference: string;
}

async function build(image: DoubleImage, build: DoubleBuild): Promise<BuiltImage> {
  const { folder } = await buildImage(image, build, { cache: defaultCache });
  return { folder, reference: `${image.name}:v${build.version}` };
}

/** The real Garage's program, where it has been built: `npm run build-garage`. */
export const garageProgram = `${defaultCache}/garage/garage`;

/** Whether the check uses the real Garage; otherwise its double. */
export async function hasRealGarage(): Promise<boolean> {
  if (process.env["FEDIVERSITY_GARAGE"] === "double") return false;
  return await access(garageProgram, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Builds what no registry can be asked for: doubles of the applications, and Garage itself where its program is there. */
export async function buildImages(): Promise<readonly BuiltImage[]> {
  const real = await hasRealGarage();
  process.stdout.write(`  garage: ${real ? `the real one, ${garageProgram}` : "its double"}\n`);
  const images: BuiltImage[] = [];
  // One after the other: making an image takes all of a small computer.
  for (const [image, version] of [
    [real ? await realGarage(garageProgram) : garageImage, "2.4.1"],
    [mastodonImage, "4.7.4"],
    [streamingImage, "4.7.4"],
    [mastodonImage, "4.8.0"],
    [streamingImage, "4.8.0"],
    [peertubeImage, "8.3.1"],
    [pixelfedImage, "0.14.4"],
  ] as const) {
    images.push(await build(image, { version }));
  }
  // One that migrates well and then never becomes healthy.
  images.push(await build(mastodonImage, { version: "4.8.1", fault: "unhealthy" }));
  images.push(await build(streamingImage, { version: "4.8.1" }));
  return images;
}
