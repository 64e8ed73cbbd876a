import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { runOk } from "../process/run.ts";
import { reserveAddress } from "./address-book.ts";
import type { BaseImage } from "./base-image.ts";
import { generateSshKey, type SshKey } from "./host-key.ts";
import { identityFiles, writeMachineFiles, type MachineFile } from "./machine-files.ts";
import { readMachine, recordFile, type Bind, type LocalMachine } from "./machine-record.ts";
import type { Network } from "./network-record.ts";

/** What a machine on this computer is made of. */
export interface MachineOptions {
  /** Host name: a label of RFC 1123, unique in the network. */
  readonly name: string;
  readonly image: BaseImage;
  readonly network: Network;
  /** An address of the network; the lowest that is free when not given. */
  readonly address?: string | undefined;
  /** Further host names that the network's name server leads here. */
  readonly aliases?: readonly string[] | undefined;
  /** Addresses of name servers; the network's own when not given. */
  readonly nameservers?: readonly string[] | undefined;
  /** Folder for everything that belongs to the machine; made when missing. */
  readonly folder: string;
  /** Lines for root's authorized_keys. */
  readonly authorizedKeys: readonly string[];
  /** The SSH host key; a new one when not given. */
  readonly hostKey?: SshKey | undefined;
  readonly files?: readonly MachineFile[] | undefined;
  /** Folders of this computer that are copied into the machine: path in the machine → path here. */
  readonly copies?: Readonly<Record<string, string>> | undefined;
  /** Folders of this computer that the machine sees while it runs. */
  readonly binds?: readonly Bind[] | undefined;
  /** Bytes of memory that the machine may use; without it there is no limit. */
  readonly memory?: number | undefined;
  /** Bytes of the disk that holds what the machine writes; without it the computer's own disk is the limit. */
  readonly disk?: number | undefined;
  /** Whether containers (podman, or machines in the machine) can run in it. */
  readonly containers?: boolean | undefined;
}

function checkName(name: string): void {
  if (/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return;
  throw new Failure({
    code: "machine-name",
    attempted: "make a machine",
    subject: name,
    found: "it is not a host name",
    next: "Use 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends.",
  });
}

async function makeDisk(path: string, bytes: number): Promise<void> {
  const file = await open(path, "w", 0o600);
  await file.truncate(bytes);
  await file.close();
  await runOk("mkfs.ext4", ["-q", "-F", "-m", "0", "-O", "^has_journal", path]);
}

/**
 * Makes a machine without booting it, or gives the one that the folder holds already.
 * @throws Failure `machine-name`, `address-taken`, `address-outside`, `network-full`, `command-failed`
 */
export async function createMachine(options: MachineOptions): Promise<LocalMachine> {
  const { name, network, folder } = options;
  checkName(name);
  const known = await readMachine(folder);
  if (known !== undefined) {
    await reserveAddress(network, { name, aliases: options.aliases ?? [], address: known.address });
    return known;
  }
  const address = await reserveAddress(network, { name, aliases: options.aliases ?? [], address: options.address });
  const hostKey = options.hostKey ?? (await generateSshKey());
  await rm(folder, { recursive: true, force: true });
  const machineId = randomBytes(16).toString("hex");
  const seed = join(folder, "seed");
  await mkdir(join(folder, "containers"), { recursive: true });
  await mkdir(seed);
  for (const [target, source] of Object.entries(options.copies ?? {})) {
    await mkdir(join(seed, dirname(target)), { recursive: true });
    await runOk("cp", ["-a", "--reflink=auto", "--", source, join(seed, target)]);
  }
  const identity = identityFiles({
    name,
    aliases: options.aliases ?? [],
    machineId,
    address: `${address}/24`,
    nameservers: options.nameservers ?? [network.address],
    authorizedKeys: options.authorizedKeys,
    hostKey,
  });
  await writeMachineFiles(seed, [...identity, ...(options.files ?? [])]);
  if (options.disk !== undefined) await makeDisk(join(folder, "disk.ext4"), options.disk);
  const machine: LocalMachine = {
    name,
    id: machineId.slice(0, 11),
    machineId,
    address,
    network,
    image: options.image.folder,
    folder,
    hostKey: hostKey.publicKey,
    ...(options.memory === undefined ? {} : { memory: options.memory }),
    ...(options.disk === undefined ? {} : { disk: options.disk }),
    binds: options.binds ?? [],
    containers: options.containers ?? false,
  };
  await writeFile(`${recordFile(folder)}.new`, JSON.stringify(machine), { mode: 0o600 });
  await rename(`${recordFile(folder)}.new`, recordFile(folder));
  return machine;
}
