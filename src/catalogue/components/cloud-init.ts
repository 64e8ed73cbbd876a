import { canonicalJson, type JsonObject } from "../../model/json.ts";
import type { FirstBoot, FixedAddresses } from "./machine-on-demand.ts";

/** A machine's SSH host key as text. */
export interface HostKeyText {
  readonly private: string;
  readonly public: string;
}

/**
 * Writes the user-data document with which a machine boots for the first time. JSON is YAML; the header is what
 * cloud-init knows it by. Modules: cc_set_hostname, cc_ssh, cc_users_groups, cc_growpart of cloud-init.
 * @param hostKey the revealed halves of the host key: the result is secret
 */
export function userData(firstBoot: FirstBoot, hostKey: HostKeyText): string {
  const document = {
    ...firstBoot.more,
    hostname: firstBoot.hostName,
    preserve_hostname: false,
    // Without this cloud-init puts a command before each key that tells people to use another account.
    disable_root: false,
    users: [{ name: "root", ssh_authorized_keys: firstBoot.authorizedKeys }],
    ssh_deletekeys: true,
    ssh_genkeytypes: [],
    ssh_keys: { ed25519_private: hostKey.private, ed25519_public: hostKey.public },
    growpart: { mode: "auto", devices: ["/"] },
  };
  return `#cloud-config\n${canonicalJson(document, 2)}\n`;
}

/**
 * Gives the network configuration, version 2, of a machine with fixed addresses.
 * @param networkInterface its name inside the machine: cloud-init matches networks by nothing else everywhere
 */
export function networkConfig(network: FixedAddresses, networkInterface: string): JsonObject {
  const { addresses, gateways, nameservers } = network;
  return {
    version: 2,
    ethernets: {
      [networkInterface]: {
        addresses,
        ...(gateways.length === 0
          ? {}
          : { routes: gateways.map((via) => ({ to: via.includes(":") ? "::/0" : "0.0.0.0/0", via })) }),
        ...(nameservers.length === 0 ? {} : { nameservers: { addresses: nameservers } }),
      },
    },
  };
}
