import type { ImageConfig } from "../../tools/image/oci-layout.ts";

/** What an image that stands in for an official one is made of. */
export interface DoubleImage {
  /** The official image's name without a tag, such as `ghcr.io/mastodon/mastodon`. */
  readonly name: string;
  /** Debian packages in the image. */
  readonly packages: readonly string[];
  /** A folder that is copied over the image's root file system, as a layer of its own. */
  readonly folder: URL;
  /** Paths in the image whose files are programs: mode 0755; all other files of the folder get 0644. */
  readonly programs: readonly string[];
  /** Folders that the image has besides, with owner and mode. */
  readonly directories: readonly {
    readonly path: string;
    readonly uid: number;
    readonly gid: number;
    readonly mode: number;
  }[];
  readonly config: ImageConfig;
}

/** What tells one build of a double from another. */
export interface DoubleBuild {
  /** The tag without its `v`. */
  readonly version: string;
  /** A way to be broken, for checks of rollbacks. */
  readonly fault?: "unhealthy" | undefined;
}

/** One way to break what is handed to a double, and the words that it must refuse it with. */
export interface Mutation {
  /** Which of the image's processes is started, by a name that the contract file explains. */
  readonly process: string;
  readonly description: string;
  /** Variables to set, or to leave out where undefined. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Part of what it must print. */
  readonly refusal: string;
}
