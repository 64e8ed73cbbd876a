import { z } from "zod";
import { Failure } from "../../model/failure.ts";
import { join, text, type Text } from "../../model/reference.ts";
import type { SystemInput } from "../../system/system.ts";

const IPv4 = z.ipv4();
const IPv6 = z.ipv6();

/** A rule for one address; what is known only later is an address of IPv4, as machine sources give them. */
function allow(owner: string, port: number, address: Text): Text {
  const known = typeof address === "string";
  if (known && IPv6.safeParse(address).success) return `    ip6 saddr ${address} tcp dport ${String(port)} accept\n`;
  if (!known || IPv4.safeParse(address).success) return text`    ip saddr ${address} tcp dport ${port} accept\n`;
  throw new Failure({
    code: "address-needed",
    attempted: `let only those who need ${owner} reach its port`,
    subject: address,
    found: "the machine that needs it is known by a host name, and a packet filter knows addresses alone",
    next: "Give that machine by its IP address in the environment, or place both on one machine.",
  });
}

/**
 * A part of a system that lets only these addresses, and the machine itself, reach a TCP port: a table of its own in
 * nftables, so that rules of others stay as they are; made again when the machine's own rules are loaded. nft(8)
 * @param owner who listens, for names: lower-case words joined by hyphens
 */
export function restrictedPort(owner: string, port: number, addresses: readonly Text[]): SystemInput {
  const table = `restrict_${owner.replaceAll("-", "_")}`;
  const file = `/etc/fediversity/restricted-ports/${owner}.nft`;
  const allowed = addresses.map((address) => allow(owner, port, address));
  return {
    packages: ["nftables"],
    files: {
      [file]: {
        content: join([
          // Declared before it is deleted, so that the same text makes and replaces it in one transaction.
          `table inet ${table}\ndelete table inet ${table}\ntable inet ${table} {\n  chain input {\n`,
          "    type filter hook input priority filter; policy accept;\n",
          `    iif lo tcp dport ${String(port)} accept\n`,
          ...allowed,
          `    tcp dport ${String(port)} reject with tcp reset\n  }\n}\n`,
        ]),
      },
    },
    units: {
      [`restrict-${owner}.service`]: {
        sections: {
          Unit: {
            Description: `Only those who need ${owner} reach its port`,
            DefaultDependencies: false,
            Conflicts: "shutdown.target",
            Before: ["network-pre.target", "shutdown.target"],
            // Debian's nftables.service begins with the rules of all others gone, also when it is reloaded.
            After: "nftables.service",
            PartOf: "nftables.service",
            ReloadPropagatedFrom: "nftables.service",
            Wants: "network-pre.target",
          },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            ExecStart: ["/usr/sbin/nft", "--file", file],
            ExecReload: ["/usr/sbin/nft", "--file", file],
            ExecStop: ["/usr/sbin/nft", "delete", "table", "inet", table],
          },
        },
        reloadOn: [file],
      },
    },
  };
}
