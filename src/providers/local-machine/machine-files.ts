import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SshKey } from "./host-key.ts";

/** A file that a machine has before it boots. */
export interface MachineFile {
  /** Absolute path in the machine. */
  readonly path: string;
  readonly content: string | Buffer;
  /** Permission bits; 0644 when not given. */
  readonly mode?: number | undefined;
}

/**
 * Gives the files that make a machine of an image: its names, its addresses, who may log in.
 * @param address with the length of its network, such as `10.77.0.2/24`
 */
export function identityFiles(options: {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly machineId: string;
  readonly address: string;
  readonly nameservers: readonly string[];
  readonly authorizedKeys: readonly string[];
  readonly hostKey: SshKey;
}): MachineFile[] {
  const { name, hostKey } = options;
  const names = [name, ...options.aliases].join(" ");
  return [
    { path: "/etc/hostname", content: `${name}\n` },
    { path: "/etc/machine-id", content: `${options.machineId}\n`, mode: 0o444 },
    {
      path: "/etc/hosts",
      content: `127.0.0.1 localhost\n::1 localhost ip6-localhost\n${options.address.replace(/\/.*/, "")} ${names}\n`,
    },
    { path: "/etc/resolv.conf", content: options.nameservers.map((server) => `nameserver ${server}\n`).join("") },
    {
      path: "/etc/systemd/network/10-host0.network",
      content: [
        "[Match]",
        "Name=host0",
        "[Network]",
        `Address=${options.address}`,
        "LinkLocalAddressing=no",
        "IPv6AcceptRA=no",
        // A cut cable takes no address away from a server.
        "IgnoreCarrierLoss=yes",
        "ConfigureWithoutCarrier=yes",
        "",
      ].join("\n"),
    },
    { path: "/etc/ssh/ssh_host_ed25519_key", content: hostKey.privateKey, mode: 0o600 },
    { path: "/etc/ssh/ssh_host_ed25519_key.pub", content: `${hostKey.publicKey}\n` },
    {
      path: "/root/.ssh/authorized_keys",
      content: options.authorizedKeys.map((key) => `${key}\n`).join(""),
      mode: 0o600,
    },
  ];
}

/** Writes the files of a machine below a folder. */
export async function writeMachineFiles(folder: string, files: readonly MachineFile[]): Promise<void> {
  for (const file of files) {
    const path = join(folder, file.path);
    await mkdir(dirname(path), { recursive: true, mode: dirname(file.path) === "/root/.ssh" ? 0o700 : 0o755 });
    await writeFile(path, file.content, { mode: file.mode ?? 0o644 });
  }
}
