import type { ImageUpdate, LockedImages } from "../../providers/machine/images/image-lock.ts";
import { as, line, type Line } from "./line.ts";

const short = (digest: string): string => digest.slice(0, "sha256:".length + 12);

/** Renders what images are locked to, and what an update changed. */
export function imagesLines(
  file: string,
  images: LockedImages,
  updates: readonly ImageUpdate[] | undefined,
): readonly Line[] {
  const locked = Object.entries(images);
  if (locked.length === 0)
    return [line(as("strong", file), ": no image is locked yet; the first plan or apply does so.")];
  return [
    line(as("strong", file)),
    ...locked.map(([image, digest]) => {
      const update = updates?.find((one) => one.image === image);
      if (update === undefined) return line(`  ${image}  `, as("faint", short(digest)));
      return line(`  ${image}  `, as("faint", short(update.before)), " → ", as("warn", short(update.after)));
    }),
    ...(updates === undefined
      ? []
      : [line(updates.length === 0 ? "Nothing has changed." : "Apply to bring what has changed onto the machines.")]),
  ];
}
