import { access, constants } from "node:fs/promises";
import { Failure } from "../../src/model/failure.ts";
import { buildImage } from "../doubles/build-image.ts";
import type { DoubleBuild, DoubleImage } from "../doubles/double-image.ts";
import { garageImage } from "../doubles/garage/image.ts";
import { realGarage } from "../doubles/garage/real-garage.ts";
import { mastodonImage, streamingImage } from "../doubles/mastodon/image.ts";
import { peertubeImage } from "../doubles/peertube/image.ts";
import { pixelfedImage } from "../doubles/pixelfed/image.ts";
import type { Chosen } from "../driver/check.ts";
import { defaultCache } from "../driver/lab.ts";
import { fetchOfficial, type OfficialImages } from "./official-images.ts";

/** Options of the check that say what it deploys. */
export const imageOptions = {
  garage: {
    description:
      "Garage itself, built by `npm run build-garage`, or its double; when not given the real one where it has been built",
    choices: ["real", "double"],
  },
  images: {
    description:
      "contract doubles of the applications, or the official images from their registries; doubles when not given",
    choices: ["doubles", "upstream"],
  },
} as const;

/** An image that a registry of the lab gets under its official name. */
export interface BuiltImage {
  /** An OCI layout. */
  readonly folder: string;
  readonly reference: string;
}

/** What the check deploys. */
export interface Images {
  readonly kind: "doubles" | "upstream";
  readonly built: readonly BuiltImage[];
  readonly official?: OfficialImages;
}

const garageVersion = "2.4.1";

/** What the applications pin. */
const pinned = [
  [mastodonImage, "4.7.4"],
  [streamingImage, "4.7.4"],
  [peertubeImage, "8.3.1"],
  [pixelfedImage, "0.14.4"],
] as const;

/** Versions to upgrade to, which only doubles have; those with a fault migrate well and then never become healthy. */
const later: readonly (readonly [DoubleImage, DoubleBuild])[] = [
  [mastodonImage, { version: "4.8.0" }],
  [streamingImage, { version: "4.8.0" }],
  [mastodonImage, { version: "4.8.1", fault: "unhealthy" }],
  [streamingImage, { version: "4.8.1" }],
  [peertubeImage, { version: "8.5.0" }],
  [peertubeImage, { version: "8.5.1", fault: "unhealthy" }],
  [pixelfedImage, { version: "0.15.0" }],
];

const referenceOf = (image: DoubleImage, version: string): string => `${image.name}:v${version}`;

async function build(image: DoubleImage, build: DoubleBuild): Promise<BuiltImage> {
  const { folder } = await buildImage(image, build, { cache: defaultCache });
  return { folder, reference: referenceOf(image, build.version) };
}

/** What the applications pin, and Garage, as {@link getImages} has them when nothing is chosen, without later versions. */
export async function getPinnedImages(): Promise<readonly BuiltImage[]> {
  const garage = (await hasRealGarage()) ? await realGarage(garageProgram) : garageImage;
  const built = [await build(garage, { version: garageVersion })];
  for (const [image, version] of pinned) built.push(await build(image, { version }));
  return built;
}

/** The real Garage's program, where it has been built. */
export const garageProgram = `${defaultCache}/garage/garage`;

/**
 * Whether a check uses the real Garage that was built here; otherwise its double.
 * @param wanted what was chosen by the option `garage`
 * @throws Failure `garage-missing`
 */
export async function hasRealGarage(wanted?: "real" | "double"): Promise<boolean> {
  if (wanted === "double") return false;
  const there = await access(garageProgram, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (there || wanted === undefined) return there;
  throw new Failure({
    code: "garage-missing",
    attempted: "use the real Garage, as --garage=real asks",
    subject: garageProgram,
    found: "it has not been built on this computer",
    next: "Run `npm run build-garage`, which takes a quarter of an hour, or use --garage=double.",
  });
}

/**
 * Gets every image before any machine boots, and says which they are: official ones from their registries, or, where no
 * registry can be asked, doubles of the applications, and Garage itself where its program is there.
 * @throws Failure `garage-missing`, `official-images`
 */
export async function getImages({ garage, images = "doubles" }: Chosen<typeof imageOptions>): Promise<Images> {
  const upstream = images === "upstream";
  const officialGarage = upstream && garage !== "double";
  const builtGarage = !officialGarage && (await hasRealGarage(garage));
  const which = officialGarage ? "its official image" : builtGarage ? `the real one, ${garageProgram}` : "its double";
  process.stdout.write(
    `  garage: ${which}\n  applications: ${upstream ? "their official images" : "contract doubles"}\n`,
  );
  const wanted = [...(officialGarage ? [[garageImage, garageVersion] as const] : []), ...(upstream ? pinned : [])];
  const official = upstream
    ? await fetchOfficial(wanted.map(([image, version]) => referenceOf(image, version)))
    : undefined;
  const built: BuiltImage[] = [];
  // One after the other: making an image takes all of a small computer.
  if (!officialGarage) {
    built.push(await build(builtGarage ? await realGarage(garageProgram) : garageImage, { version: garageVersion }));
  }
  if (!upstream) {
    for (const [image, version] of pinned) built.push(await build(image, { version }));
    for (const [image, more] of later) built.push(await build(image, more));
  }
  return { kind: images, built, ...(official === undefined ? {} : { official }) };
}
