import { existsSync } from "node:fs";
import path from "node:path";
import { requiredDebianPackages } from "../../src/providers/local-machine/debian-packages.ts";
import { follow } from "./command.ts";

/**
 * What booting a machine asks of the kernel, done for real and undone with the namespaces: own processes, network and
 * mounts, an overlay, and control groups of the second version. Exit code 3 names the one that is refused.
 */
const probe = `set -eu
refused() { echo "$1"; exit 3; }
mount -t tmpfs tmpfs /mnt 2>/dev/null || refused "mounting a tmpfs"
mkdir /mnt/lower /mnt/upper /mnt/work /mnt/merged /mnt/cgroup
mount -t overlay overlay -o lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work /mnt/merged 2>/dev/null ||
  refused "mounting an overlay"
mount -t cgroup2 cgroup2 /mnt/cgroup 2>/dev/null || refused "mounting control groups (cgroup2)"
ip link add probe0 type bridge 2>/dev/null || refused "making a network bridge"
`;

const namespaces = ["--mount", "--propagation", "private", "--pid", "--fork", "--net", "--uts", "--ipc"];

function isPresent(command: string): boolean {
  if (path.isAbsolute(command)) return existsSync(command);
  const { PATH = "" } = process.env;
  return [...PATH.split(":"), "/usr/sbin", "/sbin"].some((folder) => existsSync(path.join(folder, command)));
}

async function install(names: readonly string[], onLine: (line: string) => void): Promise<string | undefined> {
  onLine(`Installing Debian packages: ${names.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const command = ["apt-get", "install", "--yes", "--no-install-recommends", ...names];
  const first = await follow(command, { env, onLine });
  if (first.code === 0) return undefined;
  // The lists of packages may never have been fetched, or be older than the archive.
  await follow(["apt-get", "update"], { env, onLine });
  const second = await follow(command, { env, onLine });
  if (second.code === 0) return undefined;
  const lines = second.output.trimEnd().split("\n");
  return `the Debian packages ${names.join(", ")} cannot be installed: ${lines.at(-1) ?? ""}`;
}

/**
 * Finds out by trying whether this computer can boot machines; installs the Debian packages that this takes.
 * @returns why it cannot, or nothing when it can
 */
export async function whyNoMachines(onLine: (line: string) => void): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "machines are booted by root, and this is not root";
  if (!existsSync("/etc/debian_version")) return "machines are booted on Debian, and this is not Debian";
  const missing = requiredDebianPackages.filter(({ command }) => !isPresent(command)).map(({ name }) => name);
  const failure = missing.length === 0 ? undefined : await install(missing, onLine);
  if (failure !== undefined) return failure;
  const { code, output } = await follow(["unshare", ...namespaces, "sh", "-c", probe]);
  if (code === 0) return undefined;
  const refused = output.trim().split("\n").at(-1) ?? "";
  return `this computer's kernel refuses ${code === 3 ? refused : `new namespaces (unshare: ${refused})`}`;
}
