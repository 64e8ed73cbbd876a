import { join } from "node:path";
import { Failure, reportOf } from "../../src/model/failure.ts";
import { lockImages, type LockedImages } from "../../src/providers/machine/images/image-lock.ts";
import { storedImage } from "../../src/providers/machine/images/image-store.ts";
import { resolveImage } from "../../src/providers/machine/images/skopeo.ts";
import { runOk } from "../../src/providers/process/run.ts";
import { defaultCache } from "../driver/lab.ts";

/** Images that this computer fetched from their registries, in the form in which a deployer keeps them. */
export interface OfficialImages {
  /** What the tags stood for when they were first asked for. */
  readonly locked: LockedImages;
  /** The store: a deployer's `oci` folder. */
  readonly store: string;
}

/**
 * Fetches official images to this computer, which can reach registries where machines of a lab cannot. What was fetched
 * once is not fetched again, and a tag goes on meaning what it meant.
 * @param cache folder that keeps them
 * @throws Failure `official-images`, with what each registry answered; `disk-full`, `image-damaged`
 */
export async function fetchOfficial(
  images: readonly string[],
  cache = join(defaultCache, "official"),
): Promise<OfficialImages> {
  const file = join(cache, "fediversity.images.json");
  const asked = await Promise.allSettled(images.map((image) => lockImages(file, [image], resolveImage)));
  const failures = asked.flatMap((one, index) =>
    one.status === "rejected" ? [reportOf(one.reason, "ask the registry", images[index])] : [],
  );
  if (failures.length > 0) {
    throw new Failure({
      code: "official-images",
      attempted: "fetch the official images, as --images=upstream asks",
      found: `registries did not give ${String(failures.length)} of ${String(images.length)} images`,
      next: "Run it where docker.io and ghcr.io can be reached; without --images=upstream the check uses contract doubles.",
      failures,
    });
  }
  const store = join(cache, "oci");
  const architecture = (await runOk("dpkg", ["--print-architecture"])).trim();
  const locked = Object.assign(
    {},
    ...asked.map((one) => (one.status === "fulfilled" ? one.value : {})),
  ) as LockedImages;
  for (const [image, digest] of Object.entries(locked)) {
    process.stdout.write(`  ${image}@${digest}\n`);
    await storedImage({ cache: store, image, digest, architecture });
  }
  return { locked, store };
}
