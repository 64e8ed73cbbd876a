import { existsSync } from "node:fs";
import path from "node:path";
import { runOk } from "../../src/providers/process/run.ts";

/**
 * The files that a clone of the checkout would have if everything were committed as it is now, as paths within it.
 * @param root the folder of the checkout
 */
export async function checkoutFiles(root: string): Promise<readonly string[]> {
  // Continuous integration often runs as another user than the one that cloned; reading the names does no harm.
  const trust = ["-c", "safe.directory=*"];
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = (await runOk("git", [...trust, ...list], { cwd: root })).split("\0");
  return names.filter((name) => name !== "" && existsSync(path.join(root, name)));
}
