import { ip, type Network } from "../../src/providers/local-machine/network-record.ts";

/** Bytes that crossed a lab's bridge since it was made, Ethernet headers included. */
export interface Traffic {
  /** From this computer to machines. */
  readonly sent: number;
  /** From machines to this computer. */
  readonly received: number;
}

/** Reads one link out of `ip -json -statistics link show`: what a bridge transmits goes from this computer to machines. Pure. */
export function parseTraffic(json: string): Traffic {
  const [link] = JSON.parse(json) as readonly [
    { readonly stats64: { readonly tx: { readonly bytes: number }; readonly rx: { readonly bytes: number } } },
  ];
  return { sent: link.stats64.tx.bytes, received: link.stats64.rx.bytes };
}

/** Measures what crossed a lab's bridge while something is done. */
export async function trafficOf(network: Network, work: () => Promise<unknown>): Promise<Traffic> {
  const read = async (): Promise<Traffic> =>
    parseTraffic(await ip(network, ["-json", "-statistics", "link", "show", "dev", network.name]));
  const before = await read();
  await work();
  const after = await read();
  return { sent: after.sent - before.sent, received: after.received - before.received };
}
