import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FailureReport } from "../../model/failure.ts";
import { run } from "../process/run.ts";
import { requiredDebianPackages } from "./debian-packages.ts";
import { isMissing } from "./missing.ts";

const attempted = "see whether this computer can run machines";

async function isThere(command: string): Promise<boolean> {
  const folders = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`.split(":");
  const paths = command.startsWith("/") ? [command] : folders.map((folder) => join(folder, command));
  const found = await Promise.all(
    paths.map(async (path) => {
      try {
        return (await stat(path)).isFile();
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    }),
  );
  return found.includes(true);
}

/** Names the Debian packages that this computer lacks for running machines. */
export async function missingDebianPackages(): Promise<string[]> {
  const checked = await Promise.all(
    requiredDebianPackages.map(async ({ name, command }) => ((await isThere(command)) ? [] : [name])),
  );
  return checked.flat();
}

/**
 * Looks whether this computer can run machines, and changes nothing.
 * @returns one report for each thing that stands in the way; none when all is well
 */
export async function checkComputer(): Promise<FailureReport[]> {
  if (process.getuid?.() !== 0) {
    return [{ code: "not-root", attempted, found: "machines take root", next: "Run the command as root." }];
  }
  try {
    await access("/etc/debian_version");
  } catch (error) {
    if (!isMissing(error)) throw error;
    return [
      { code: "not-debian", attempted, found: "this is not Debian", next: "Use a computer with Debian 12 or 13." },
    ];
  }
  const missing = await missingDebianPackages();
  if (missing.length > 0) {
    const next = `Run \`apt-get install ${missing.join(" ")}\`.`;
    return [{ code: "packages-missing", attempted, found: `these packages are missing: ${missing.join(", ")}`, next }];
  }
  const probe = ["--mount", "--propagation", "private", "--net", "--pid", "--fork", "--mount-proc", "--", "mount"];
  const { code, stderr } = await run("unshare", [...probe, "-t", "cgroup2", "cgroup2", "/mnt"]);
  if (code === 0) return [];
  const next = "Use a computer, or a virtual machine, where root may make namespaces and mount.";
  return [{ code: "no-namespaces", attempted, found: `the kernel refuses: ${stderr.trim()}`, next }];
}
