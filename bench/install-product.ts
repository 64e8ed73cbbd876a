import { copyFile, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { buildPackage } from "../tools/build-package.ts";

const root = dirname(import.meta.dirname);

/**
 * Puts the checkout's product into a folder as its users have it installed: compiled, not its sources.
 * @param folder is made
 * @returns its command
 */
export async function installProduct(folder: string): Promise<string> {
  await mkdir(join(folder, "bin"), { recursive: true });
  const command = join(folder, "bin", "fediversity");
  await copyFile(join(root, "bin", "fediversity"), command);
  await copyFile(join(root, "package.json"), join(folder, "package.json"));
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  await buildPackage(join(folder, "dist"));
  return command;
}
