import { runOk } from "../process/run.ts";

/** A bridge with addresses and names for machines. Machines on it reach each other and nothing else. */
export interface Network {
  /** Name of the bridge, and of the network namespace when there is one. */
  readonly name: string;
  /** Path of the network namespace that holds the bridge; without it the bridge is in the computer's own. */
  readonly namespace?: string | undefined;
  /** A /24 such as `10.77.3.0/24`. */
  readonly subnet: string;
  /** The bridge's own address, where the machines' name server listens. */
  readonly address: string;
  /** Folder that remembers the network. */
  readonly folder: string;
  /** Folder below /run with what exists only while the network is up. */
  readonly runFolder: string;
}

/** The names that have an address in a network. */
export interface AddressEntry {
  readonly address: string;
  /** Host names, the machine's own first. */
  readonly names: readonly string[];
}

/** Arguments for ip(8) that make it work where the network is. */
export function ipArguments(network: Network): string[] {
  return network.namespace === undefined ? [] : ["-netns", network.name];
}

/** Runs ip(8) in the network's namespace. */
export function ip(network: Network, args: readonly string[]): Promise<string> {
  return runOk("ip", [...ipArguments(network), ...args]);
}

/** Arguments to put before a command so that it runs in the network's namespace; none when that is the computer's. */
export function networkCommand(network: Network): string[] {
  return network.namespace === undefined ? [] : ["nsenter", `--net=${network.namespace}`, "--"];
}
