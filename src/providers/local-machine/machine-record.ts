import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "./missing.ts";
import type { Network } from "./network-record.ts";

/** A folder of this computer that a machine sees. */
export interface Bind {
  /** Absolute path on this computer. */
  readonly source: string;
  /** Absolute path in the machine. */
  readonly target: string;
  readonly readOnly?: boolean | undefined;
}

/** A machine on this computer, as its folder remembers it. */
export interface LocalMachine {
  /** Host name. */
  readonly name: string;
  /** Unique on this computer; also names the machine's network link `vb-…`. */
  readonly id: string;
  /** 32 hexadecimal digits (machine-id(5)). */
  readonly machineId: string;
  readonly address: string;
  readonly network: Network;
  /** Folder of the root file system below the machine's own layer. */
  readonly image: string;
  /** Folder with everything that belongs to the machine. */
  readonly folder: string;
  /** The public host key that the machine's SSH server shows: type and key. */
  readonly hostKey: string;
  /** Bytes. */
  readonly memory?: number | undefined;
  /** Bytes of its own disk; without it what it writes lies in its folder. */
  readonly disk?: number | undefined;
  readonly binds: readonly Bind[];
  /** Whether containers can run in the machine. */
  readonly containers: boolean;
}

/** Path of the file that holds a machine's record; it is written last when a machine is made. */
export function recordFile(folder: string): string {
  return join(folder, "machine.json");
}

/**
 * Reads the record of a machine.
 * @returns undefined when the folder holds no whole machine
 */
export async function readMachine(folder: string): Promise<LocalMachine | undefined> {
  try {
    return JSON.parse(await readFile(recordFile(folder), "utf8")) as LocalMachine;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Name of the link on the computer's side that joins a machine to its bridge (systemd-nspawn(1), --network-bridge). */
export function hostLink(machine: LocalMachine): string {
  return `vb-${machine.id}`;
}
