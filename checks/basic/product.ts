import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runOk } from "../../src/providers/process/run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Installs the product as its users do: packed, then installed from the package in an empty folder.
 * @returns the folder, whose node_modules holds the package, and what removes it
 */
export async function installProduct(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-product-"));
  const sources = join(folder, "sources");
  const listed = await runOk("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  for (const file of listed.split("\0").filter((name) => name !== "")) await cp(join(root, file), join(sources, file));
  await symlink(join(root, "node_modules"), join(sources, "node_modules"));
  const packed = await runOk("npm", ["pack", "--json", "--pack-destination", folder], { cwd: sources });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const installed = join(folder, "installed");
  await mkdir(installed);
  await writeFile(join(installed, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await runOk(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", join(folder, filename)],
    {
      cwd: installed,
    },
  );
  return { folder: installed, remove: () => rm(folder, { recursive: true, force: true }) };
}
