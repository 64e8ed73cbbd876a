// Makes the package out of the sources: JavaScript, declarations and what lies beside them, in dist/.
import { spawnSync } from "node:child_process";
import { copyFileSync, globSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

rmSync("dist", { recursive: true, force: true });
// npm pack writes the package's description to standard output, which must stay alone there.
const { status } = spawnSync("tsc", ["-p", "tsconfig.build.json"], { stdio: ["ignore", 2, 2] });
if (status !== 0) process.exit(status ?? 1);

const assets = globSync("{src,checks/driver}/**/*", { withFileTypes: true })
  .filter((entry) => entry.isFile() && !/\.(?:tsx?|md)$/.test(entry.name))
  .map((entry) => path.relative("", path.join(entry.parentPath, entry.name)));
for (const asset of assets) {
  const target = path.join("dist", asset);
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(asset, target);
}
console.error(`Built dist/ with ${String(assets.length)} files that are not TypeScript.`);
