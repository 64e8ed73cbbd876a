import { z } from "zod";

/**
 * A container image by its full name and tag, such as `ghcr.io/mastodon/mastodon:v4.7.4`: the grammar of
 * distribution/reference, with registry and tag required so that no machine's search list or moving default decides.
 */
export const ImageReference = z
  .string()
  .max(200)
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+:[A-Za-z0-9_][A-Za-z0-9._-]{0,50}$/,
    "expected an image with registry and tag such as ghcr.io/mastodon/mastodon:v4.7.4",
  );

/** A digest of the image specification: descriptor.md, "Digests". */
export const ImageDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/, "expected a digest such as sha256:…");

/** An image of a system. */
export const Image = z.strictObject({
  /** Who fetches it: the deployer, which sends what the machine lacks, or the machine itself. */
  from: z.enum(["deployer", "machine"]).default("deployer"),
});

/** A container image of a generation. */
export interface PinnedImage {
  /** Registry, repository and tag. */
  readonly image: string;
  /** What the tag stood for when it was locked. */
  readonly digest: string;
  /** The name that it has on the machine. */
  readonly name: string;
  readonly from: "deployer" | "machine";
}

/** Writes the images of a generation for the machine: name, image, digest and who fetches it, a line each, sorted. */
export function renderImageList(images: readonly PinnedImage[]): string {
  return images
    .map(({ name, image, digest, from }) => `${name} ${image} ${digest} ${from}\n`)
    .toSorted()
    .join("");
}

/**
 * The name that an image has on a machine: its tag with the digest that the tag stood for when it was locked, so that
 * one name never means two contents. A tag holds 128 characters at most.
 */
export function pinnedName(image: string, digest: string): string {
  return `${image}-sha256-${digest.replace(/^sha256:/, "")}`;
}
