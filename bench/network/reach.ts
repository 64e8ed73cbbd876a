import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** How a machine is reached, by whatever tool. */
export interface Reach {
  /** The machine's name in deployments, inventories and ssh_config. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The machine's public SSH host key, type and key. */
  readonly hostKey: string;
}

/** Files with which `ssh NAME` reaches machines as root. */
export interface SshFiles {
  /** Path of an ssh_config(5). */
  readonly config: string;
  /** Path of a known_hosts file, sshd(8): with the machines' names and with their addresses. */
  readonly knownHosts: string;
}

/** Gives the lines of a known_hosts file; a port that is not 22 stands beside its address in brackets. Pure. */
export function renderKnownHosts(reaches: readonly Reach[]): string {
  return reaches
    .map(({ name, address, port, hostKey }) => {
      const place = port === 22 ? address : `[${address}]:${String(port)}`;
      return `${name},${place} ${hostKey}\n`;
    })
    .join("");
}

/** Gives an ssh_config(5) for all tools that start `ssh`. Pure. */
export function renderSshConfig(reaches: readonly Reach[], key: string, knownHosts: string): string {
  const hosts = reaches.map(({ name, address, port }) =>
    [`Host ${name}`, `HostName ${address}`, `Port ${String(port)}`, `HostKeyAlias ${name}`].join("\n  "),
  );
  const all = [
    "Host *",
    "User root",
    `IdentityFile "${key}"`,
    "IdentitiesOnly yes",
    `UserKnownHostsFile "${knownHosts}"`,
    "GlobalKnownHostsFile /dev/null",
    "StrictHostKeyChecking yes",
  ].join("\n  ");
  return `${[...hosts, all].join("\n")}\n`;
}

/** Writes the SSH files for machines into a folder. @param key path of the private key */
export async function writeSshFiles(folder: string, reaches: readonly Reach[], key: string): Promise<SshFiles> {
  const files = { config: join(folder, "ssh_config"), knownHosts: join(folder, "known_hosts") };
  await mkdir(folder, { recursive: true });
  await writeFile(files.knownHosts, renderKnownHosts(reaches));
  await writeFile(files.config, renderSshConfig(reaches, key, files.knownHosts));
  return files;
}
