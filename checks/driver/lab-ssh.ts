import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SshKey } from "../../src/providers/local-machine/host-key.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";

/** How people and programs on this computer log into a lab's machines as root. */
export interface LabSsh {
  /** Path of an ssh_config(5) with a host per machine. */
  readonly config: string;
  /** Path of the private key. */
  readonly key: string;
  /** Path of a known_hosts file with the machines' names and addresses. */
  readonly knownHosts: string;
}

/** Gives the lines of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export function renderKnownHosts(machines: readonly Pick<LocalMachine, "name" | "address" | "hostKey">[]): string {
  return machines.map((machine) => `${machine.name},${machine.address} ${machine.hostKey}\n`).join("");
}

/** Gives an ssh_config(5) with which `ssh NAME` reaches a machine from inside the lab's network namespace. */
export function renderSshConfig(machines: readonly Pick<LocalMachine, "name" | "address">[], ssh: LabSsh): string {
  const hosts = machines.map((machine) => `Host ${machine.name}\n  HostName ${machine.address}\n`);
  const all = [
    "Host *",
    "  User root",
    `  IdentityFile "${ssh.key}"`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile "${ssh.knownHosts}"`,
    "  GlobalKnownHostsFile /dev/null",
    "  StrictHostKeyChecking yes",
    "  ConnectTimeout 5",
    "",
  ];
  return `${hosts.join("")}${all.join("\n")}`;
}

/** Where the SSH files of a lab are. */
export function labSsh(folder: string): LabSsh {
  const path = (name: string): string => join(folder, "ssh", name);
  return { config: path("config"), key: path("key"), knownHosts: path("known_hosts") };
}

/** Writes the SSH files of a lab. */
export async function writeLabSsh(folder: string, key: SshKey, machines: readonly LocalMachine[]): Promise<void> {
  const ssh = labSsh(folder);
  await mkdir(join(folder, "ssh"), { recursive: true, mode: 0o700 });
  await writeFile(ssh.key, key.privateKey, { mode: 0o600 });
  await writeFile(ssh.knownHosts, renderKnownHosts(machines));
  await writeFile(ssh.config, renderSshConfig(machines, ssh));
}
