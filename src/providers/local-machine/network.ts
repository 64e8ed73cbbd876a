import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { run, runOk } from "../process/run.ts";
import { withFileLock } from "./file-lock.ts";
import { isMissing } from "./missing.ts";
import { isNameServerRunning, startNameServer, stopNameServer } from "./name-server.ts";
import { readAddressBook } from "./address-book.ts";
import { ip, ipArguments, type Network } from "./network-record.ts";
import { chooseSubnet, hostAddress, isolatedSubnet } from "./subnet.ts";

const runRoot = "/run/fediversity";
const networksLock = join(runRoot, "networks.lock");

function recordOf(folder: string): string {
  return join(folder, "network.json");
}

/**
 * Finds a network by its folder, whether it is up or not.
 * @returns undefined when the folder holds none
 */
export async function findNetwork(folder: string): Promise<Network | undefined> {
  try {
    return JSON.parse(await readFile(recordOf(folder), "utf8")) as Network;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function usedRanges(): Promise<string[]> {
  const routes = JSON.parse(await runOk("ip", ["-json", "-4", "route", "show", "table", "all"])) as { dst?: string }[];
  return routes.map((route) => route.dst ?? "").filter((range) => /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(range));
}

async function newNetwork(folder: string, isolated: boolean): Promise<Network> {
  const name = `fedi${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
  const subnet = isolated ? isolatedSubnet : chooseSubnet(await usedRanges(), folder);
  return {
    name,
    ...(isolated ? { namespace: `/run/netns/${name}` } : {}),
    subnet,
    address: hostAddress(subnet, 1),
    folder,
    runFolder: join(runRoot, name),
  };
}

async function isUp(network: Network): Promise<boolean> {
  const { code } = await run("ip", [...ipArguments(network), "link", "show", "dev", network.name]);
  return code === 0 && (await isNameServerRunning(network.runFolder));
}

async function bringUp(network: Network): Promise<void> {
  if (network.namespace === undefined) {
    const taken = (await usedRanges()).find((range) => range === network.subnet);
    if (taken !== undefined) {
      throw new Failure({
        code: "subnet-taken",
        attempted: "bring up the network of the machines",
        subject: network.folder,
        found: `${taken} is in use by another network of this computer by now (see \`ip route\`)`,
        next: "Remove the other network, or remove this one with its machines and start again.",
      });
    }
  } else {
    await runOk("ip", ["netns", "add", network.name]);
    await ip(network, ["link", "set", "dev", "lo", "up"]);
  }
  // Without an address of its own a bridge takes over that of one of its links, and changes it when that link goes:
  // the machines would look for their name server in vain until they ask anew (ip-link(8)).
  const hardware = `02:${(createHash("sha256").update(network.name).digest("hex").slice(0, 10).match(/../g) ?? []).join(":")}`;
  const bridge = ["type", "bridge", "stp_state", "0", "forward_delay", "0"];
  await ip(network, ["link", "add", "name", network.name, "address", hardware, ...bridge]);
  await ip(network, ["address", "add", `${network.address}/24`, "dev", network.name]);
  await ip(network, ["link", "set", "dev", network.name, "up"]);
  await startNameServer(network, await readAddressBook(network.folder));
}

async function takeDown(network: Network): Promise<void> {
  await stopNameServer(network.runFolder);
  await run("ip", [...ipArguments(network), "link", "delete", "dev", network.name]);
  if (network.namespace !== undefined) await run("ip", ["netns", "delete", network.name]);
  await rm(network.runFolder, { recursive: true, force: true });
}

/**
 * Gives the network of a folder, made and brought up as far as it is not yet. It remembers its subnet, so that
 * machines keep their addresses when the computer starts again.
 * @param folder where the network is remembered; one network per folder
 * @param isolated whether it gets a network namespace of its own, out of the computer's reach except through
 *   `networkCommand`; it counts when the network is made first
 * @throws Failure `no-free-subnet`, `subnet-taken`, `command-failed`, `command-missing`
 */
export async function ensureNetwork(options: {
  readonly folder: string;
  readonly isolated: boolean;
  readonly signal?: AbortSignal | undefined;
}): Promise<Network> {
  const { folder, isolated, signal } = options;
  await mkdir(folder, { recursive: true });
  return withFileLock(
    networksLock,
    async () => {
      const known = await findNetwork(folder);
      const network = known ?? (await newNetwork(folder, isolated));
      if (known !== undefined && (await isUp(known))) return known;
      // The record comes first: a half-made network must be found and removed too.
      await writeFile(`${recordOf(folder)}.new`, JSON.stringify(network));
      await rename(`${recordOf(folder)}.new`, recordOf(folder));
      await takeDown(network);
      try {
        await bringUp(network);
      } catch (error) {
        await takeDown(network);
        if (known === undefined) await rm(recordOf(folder));
        throw error;
      }
      return network;
    },
    signal,
  );
}

/** Takes a network down and remembers it, so that it comes back as it was; its machines must be stopped. */
export async function stopNetwork(network: Network): Promise<void> {
  await withFileLock(networksLock, () => takeDown(network));
}

/** Takes a network down and forgets it; its machines must be stopped. Does nothing when it is gone already. */
export async function removeNetwork(network: Network): Promise<void> {
  await withFileLock(networksLock, async () => {
    await takeDown(network);
    await rm(recordOf(network.folder), { force: true });
    await rm(join(network.folder, "addresses.json"), { force: true });
  });
}
