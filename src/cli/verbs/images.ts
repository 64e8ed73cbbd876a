import { readImageLock, updateImageLock } from "../../providers/machine/images/image-lock.ts";
import { resolveImage } from "../../providers/machine/images/skopeo.ts";
import { imagesLines } from "../rendering/images-lines.ts";
import { runVerb } from "../run-verb.ts";
import type { SharedOptions } from "../shared-options.ts";

/** Shows which digest each container image is locked to; with `update` asks the registries again. */
export function images(options: SharedOptions & { readonly update?: true | undefined }): Promise<number> {
  const file = options.images;
  return runVerb(options, {
    verb: "images",
    prepare: () => readImageLock(file),
    async run(_, { output, signal }) {
      const updates =
        options.update === true ? await updateImageLock(file, (image) => resolveImage(image, signal)) : undefined;
      const locked = await readImageLock(file);
      output.result("images", { images: locked, updates: updates ?? [] }, imagesLines(file, locked, updates));
      return "done";
    },
  });
}
