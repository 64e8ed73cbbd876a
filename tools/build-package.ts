import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { bundle } from "./bundle.ts";

const root = path.dirname(import.meta.dirname);

/**
 * Builds what the package has besides its command: JavaScript, declarations and what lies beside them.
 * @param target the folder that gets it, made anew
 * @throws Error when the sources do not compile, which the compiler has said on standard error
 */
export async function buildPackage(target: string): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  // npm pack writes the package's description to standard output, which must stay alone there.
  const compiler = ["-p", "tsconfig.build.json", "--outDir", path.resolve(target)];
  const { status } = spawnSync(path.join(root, "node_modules", ".bin", "tsc"), compiler, {
    cwd: root,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) throw new Error("the declarations cannot be made");
  await bundle(root, path.resolve(target));
  const assets = globSync("{src,checks/driver}/**/*", { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:tsx?|md)$/.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  for (const asset of assets) {
    const copy = path.join(target, asset);
    mkdirSync(path.dirname(copy), { recursive: true });
    copyFileSync(path.join(root, asset), copy);
  }
}
