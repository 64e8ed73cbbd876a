import { randomBytes } from "node:crypto";
import type { TestMachine } from "../../driver/test-machine.ts";

/** The authoritative name server of the lab's zones, which takes signed updates; everything else it knows not. */
export interface NameServer {
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256"; readonly secret: string };
  /** Asks for records as a stranger would. */
  readonly lookup: (name: string, type?: string) => Promise<readonly string[]>;
}

/** Debian packages that the machine needs. */
export const nameServerPackages = ["knot", "knot-dnsutils"];

const zoneFile = (zone: string, address: string): string => `$ORIGIN ${zone}.
$TTL 60
@ SOA ns.${zone}. hostmaster.${zone}. 1 3600 600 86400 1
@ NS ns.${zone}.
ns A ${address}
`;

/**
 * Sets up knot with zones and a TSIG key.
 * @param hosts addresses of further machines by name, for the zone `lab.example`
 */
export async function setUpNameServer(
  machine: TestMachine,
  options: { readonly zones: readonly string[]; readonly hosts: Readonly<Record<string, string>> },
): Promise<NameServer> {
  const key = { name: "deployer", algorithm: "hmac-sha256" as const, secret: randomBytes(32).toString("base64") };
  const zones = [...options.zones, "lab.example"];
  const configuration = `server:
    listen: [ 0.0.0.0@53 ]
    user: knot:knot
key:
  - id: ${key.name}
    algorithm: ${key.algorithm}
    secret: ${key.secret}
acl:
  - id: update
    key: ${key.name}
    action: update
database:
    storage: /var/lib/knot
template:
  - id: default
    storage: /var/lib/knot
    file: "%s.zone"
    acl: update
    zonefile-sync: 0
    journal-content: all
    zonefile-load: difference-no-serial
zone:
${zones.map((zone) => `  - domain: ${zone}\n`).join("")}`;
  await machine.writeFile("/etc/knot/knot.conf", configuration, 0o640);
  for (const zone of zones) await machine.writeFile(`/var/lib/knot/${zone}.zone`, zoneFile(zone, machine.address));
  const lab = Object.entries(options.hosts).map(([name, address]) => `${name} A ${address}\n`);
  await machine.writeFile("/var/lib/knot/lab.example.zone", zoneFile("lab.example", machine.address) + lab.join(""));
  await machine.succeed("chown -R knot:knot /etc/knot /var/lib/knot && systemctl restart knot");
  await machine.waitUntilSucceeds(["kdig", "+short", "@127.0.0.1", "SOA", "lab.example"]);
  return {
    key,
    lookup: async (name, type = "A") => {
      const answer = await machine.succeed(["kdig", "+short", "@127.0.0.1", type, name]);
      return answer.split("\n").filter((line) => line !== "");
    },
  };
}
