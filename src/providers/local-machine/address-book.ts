import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { withFileLock } from "./file-lock.ts";
import { isMissing } from "./missing.ts";
import { tellNameServer } from "./name-server.ts";
import type { AddressEntry, Network } from "./network-record.ts";
import { hostAddress, isInSubnet } from "./subnet.ts";

/**
 * Chooses the address of a new machine: the wanted one, or the lowest that is free. The first one is the bridge's.
 * @throws Failure `address-taken`, `address-outside`, `network-full`
 */
export function chooseAddress(
  subnet: string,
  entries: readonly AddressEntry[],
  machine: string,
  wanted?: string,
): string {
  const attempted = `give machine ${machine} an address`;
  if (wanted !== undefined) {
    const owner = entries.find((entry) => entry.address === wanted)?.names[0];
    if (owner !== undefined || wanted === hostAddress(subnet, 1)) {
      throw new Failure({
        code: "address-taken",
        attempted,
        subject: wanted,
        found: `it belongs to ${owner ?? "the bridge"}`,
        next: "Choose another address, or none.",
      });
    }
    if (!isInSubnet(subnet, wanted)) {
      throw new Failure({
        code: "address-outside",
        attempted,
        subject: wanted,
        found: `it is not in ${subnet}`,
        next: "Choose an address of the network, or none.",
      });
    }
    return wanted;
  }
  const taken = new Set(entries.map((entry) => entry.address));
  const free = Array.from({ length: 253 }, (_, index) => hostAddress(subnet, index + 2)).find(
    (address) => !taken.has(address),
  );
  if (free !== undefined) return free;
  throw new Failure({
    code: "network-full",
    attempted,
    subject: subnet,
    found: "all 253 addresses are in use",
    next: "Remove machines that are not needed any more.",
  });
}

function bookOf(folder: string): string {
  return join(folder, "addresses.json");
}

/** Reads the addresses that a network has given out; none when it is new. */
export async function readAddressBook(folder: string): Promise<readonly AddressEntry[]> {
  try {
    return JSON.parse(await readFile(bookOf(folder), "utf8")) as AddressEntry[];
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function changeAddressBook(
  network: Network,
  change: (entries: readonly AddressEntry[]) => readonly AddressEntry[],
): Promise<readonly AddressEntry[]> {
  return withFileLock(join(network.folder, "addresses.lock"), async () => {
    const before = await readAddressBook(network.folder);
    const after = change(before);
    if (after === before) return before;
    await writeFile(`${bookOf(network.folder)}.new`, JSON.stringify(after));
    await rename(`${bookOf(network.folder)}.new`, bookOf(network.folder));
    await tellNameServer(network.runFolder, after);
    return after;
  });
}

/**
 * Gives a machine its address and its names in the network; a machine that has one keeps it.
 * @param aliases further host names that lead to the machine
 * @throws Failure as {@link chooseAddress}
 */
export async function reserveAddress(
  network: Network,
  machine: { readonly name: string; readonly aliases?: readonly string[]; readonly address?: string | undefined },
): Promise<string> {
  const entries = await changeAddressBook(network, (before) =>
    before.some((entry) => entry.names[0] === machine.name)
      ? before
      : [
          ...before,
          {
            address: chooseAddress(network.subnet, before, machine.name, machine.address),
            names: [machine.name, ...(machine.aliases ?? [])],
          },
        ],
  );
  return entries.find((entry) => entry.names[0] === machine.name)?.address ?? "";
}

/** Gives a machine's address back. */
export async function releaseAddress(network: Network, name: string): Promise<void> {
  await changeAddressBook(network, (before) =>
    before.some((entry) => entry.names[0] === name) ? before.filter((entry) => entry.names[0] !== name) : before,
  );
}
