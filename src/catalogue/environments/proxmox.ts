import { z } from "zod";
import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import { proxmoxVm, proxmoxVmPolicy } from "../components/proxmox-vm.ts";
import type { FixedAddresses } from "../components/machine-on-demand.ts";
import type { MachineSource } from "./machine-source.ts";
import { onDemand, onDemandPolicy, readPolicy, refuseBeyondQuota } from "./on-demand.ts";

const { cloudConfig: _cloudConfig, ...shared } = onDemandPolicy;

/** What a hosting provider says about machines on a Proxmox VE cluster. */
const ProxmoxPolicy = z
  .strictObject({ ...shared, ...proxmoxVmPolicy })
  .refine(({ clone, storage }) => clone === "full" || storage === undefined, {
    message: 'a linked copy lies where its template lies: leave `storage` out, or take `clone: "full"`',
    path: ["storage"],
  });
/** See {@link ProxmoxPolicy}. */
export type ProxmoxPolicyInput = z.input<typeof ProxmoxPolicy>;

/** What Proxmox can tell cloud-init of a network: one address of each version of IP. */
function refuseTooMany(machine: string, network: FixedAddresses | undefined): void {
  if (network === undefined) return;
  for (const [version, isSix] of [
    ["IPv4", false],
    ["IPv6", true],
  ] as const) {
    const addresses = network.addresses.filter((address) => address.includes(":") === isSix);
    const gateways = network.gateways.filter((address) => address.includes(":") === isSix);
    if (addresses.length <= 1 && gateways.length <= 1) continue;
    throw new Failure({
      code: "policy-invalid",
      attempted: "place requests on machines",
      subject: `machine ${machine}`,
      found: `the policy "addresses" gives it more than one address or gateway of ${version}, and Proxmox can hand over one`,
      next: "Leave one of each version in the environment.",
    });
  }
}

/**
 * Virtual machines on a Proxmox VE cluster, made on demand from a template: docs/machine-sources/proxmox.md.
 * @throws Failure `policy-invalid`
 */
export function proxmox(given: ProxmoxPolicyInput): MachineSource {
  const policy = readPolicy("proxmox", ProxmoxPolicy, given);
  const { cluster, template, clone, storage, pool, nodes, bridge, vlan, firewall } = policy;
  const making = { cluster, template, clone, storage, pool, nodes, bridge, vlan, firewall };
  const chosen = Object.fromEntries(Object.entries(making).filter(([, value]) => value !== undefined));
  // Cloud-init's own parts would need files on the cluster's storage, and so would host keys of ours.
  const common = { ...policy, cloudConfig: {} };
  return {
    name: "proxmox",
    machine(name, demanded) {
      const { path, inputs, connection } = onDemand(proxmoxVm.name, common, name, demanded);
      const { firstBoot, ...rest } = inputs;
      const { authorizedKeys, network } = firstBoot;
      refuseTooMany(name, network);
      const fixed = network === undefined ? {} : { network };
      const all = { ...rest, ...chosen, authorizedKeys, ...fixed } as unknown as JsonObject;
      return { connection, components: { [path]: { type: proxmoxVm.name, inputs: all } } };
    },
    refuse: (machines, demanded) => refuseBeyondQuota("proxmox", common, machines, demanded),
  };
}
