import { canonicalJson } from "../../src/model/json.ts";
import { Failure } from "../../src/model/failure.ts";
import { completeEntries, filesBelow, type LayerEntry } from "../../tools/image/oci-layout.ts";
import type { DoubleBuild, DoubleImage } from "./double-image.ts";

/**
 * Reads what makes one double's layer: its folder, the folders that it wants, and what tells this build from others.
 * @throws Failure `image-build` when a named program is not in the folder
 */
export async function contentEntries(image: DoubleImage, folder: string, build: DoubleBuild): Promise<LayerEntry[]> {
  const programs = new Set(image.programs.map((path) => path.replace(/^\//, "")));
  const files = await filesBelow(folder, (path) => programs.has(path));
  const missing = [...programs].filter((path) => !files.some((file) => file.path === path));
  if (missing.length > 0) {
    throw new Failure({
      code: "image-build",
      attempted: `make the layer of the contract double of ${image.name}`,
      subject: missing.map((path) => `/${path}`).join(", "),
      found: "named as a program, and not in the folder of the image",
      next: "Mend `programs` in the description of the image.",
    });
  }
  const folders = image.directories.map(({ path, ...rest }) => ({ path: path.replace(/^\//, ""), ...rest }));
  const about = Buffer.from(`${canonicalJson({ version: build.version, fault: build.fault ?? null })}\n`);
  return completeEntries([...files, ...folders, { path: "etc/double.json", mode: 0o644, content: about }]);
}
