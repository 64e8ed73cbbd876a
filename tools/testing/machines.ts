import { checkComputer, missingDebianPackages } from "../../src/providers/local-machine/check-computer.ts";
import { follow } from "./command.ts";

async function install(names: readonly string[], onLine: (line: string) => void): Promise<void> {
  onLine(`Installing Debian packages: ${names.join(" ")}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, onLine };
  const command = ["apt-get", "install", "--yes", "--no-install-recommends", ...names];
  if ((await follow(command, options)).code === 0) return;
  // The lists of packages may never have been fetched, or be older than the archive.
  await follow(["apt-get", "update"], options);
  await follow(command, options);
}

/**
 * Finds out by trying whether this computer can boot machines; installs the Debian packages that this takes.
 * @returns why it cannot, or nothing when it can
 */
export async function whyNoMachines(onLine: (line: string) => void): Promise<string | undefined> {
  const before = await checkComputer();
  if (before.some(({ code }) => code === "packages-missing")) await install(await missingDebianPackages(), onLine);
  const obstacles = before.length === 0 ? before : await checkComputer();
  return obstacles.length === 0 ? undefined : obstacles.map(({ found, next }) => `${found}. ${next}`).join(" ");
}
