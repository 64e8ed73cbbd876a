import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { DoubleImage } from "../double-image.ts";
import { garageImage } from "./image.ts";

/**
 * Describes an image of the real Garage, made from its program.
 * @param program path of a statically linked garage on this computer
 */
export async function realGarage(program: string): Promise<DoubleImage> {
  const folder = join(dirname(program), "image");
  await mkdir(folder, { recursive: true });
  await cp(program, join(folder, "garage"), { preserveTimestamps: true });
  return { ...garageImage, packages: ["ca-certificates"], folder: pathToFileURL(`${folder}/`), programs: ["/garage"] };
}
