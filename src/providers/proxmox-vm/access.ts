import { proxmoxVm } from "../../catalogue/components/proxmox-vm.ts";
import type { Prior } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import type { Interface, VmConfig } from "./api/answers.ts";
import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { Cluster } from "./cluster.ts";
import type { FoundVm } from "./find-vm.ts";

/** How a machine is reached and known. */
export interface Access {
  readonly address: string;
  readonly hostKeys: readonly string[];
}

/** What the guest agent is asked with. */
export interface Asked {
  readonly cluster: Cluster;
  readonly vm: FoundVm;
  readonly inputs: Pick<ProxmoxVmInputs, "name" | "network" | "adopt">;
  /** Its configuration, for the hardware address of its network interface. */
  readonly config: VmConfig;
}

const hostKeyFile = "/etc/ssh/ssh_host_ed25519_key.pub";
const notYet = new Set(["proxmox-agent-silent", "proxmox-agent-error"]);

/** Tells whether the guest agent cannot answer yet, as while a machine boots. */
export function isNotYet(error: unknown): error is Failure {
  return error instanceof Failure && notYet.has(error.code);
}

/** Tells whether an address leads to the machine from elsewhere: RFC 1122, RFC 3927, RFC 4291. */
function isGlobal(address: string): boolean {
  return !/^(?:127\.|169\.254\.|0\.|::1$|fe[89ab][0-9a-f]:)/i.test(address);
}

/**
 * Chooses the address of a machine: the fixed one, or what its own network interface was given, IPv4 first.
 * @param hardwareAddress of the interface that the cluster made; bridges inside the machine have others
 */
export function addressIn(
  interfaces: readonly Interface[],
  { hardwareAddress, fixed }: { readonly hardwareAddress: string; readonly fixed: string | undefined },
): string | undefined {
  const own = interfaces.filter((one) => one["hardware-address"]?.toLowerCase() === hardwareAddress.toLowerCase());
  const addresses = own.flatMap((one) => (one["ip-addresses"] ?? []).map((ip) => ip["ip-address"])).filter(isGlobal);
  if (fixed !== undefined) return addresses.includes(fixed) ? fixed : undefined;
  return addresses.find((address) => !address.includes(":")) ?? addresses[0];
}

/**
 * Asks a running machine for its address and its host key, over the cluster's API: nothing is trusted at first sight.
 * @returns undefined while it has none
 * @throws Failure for which {@link isNotYet} holds when the agent cannot answer yet, and others
 */
export async function readAccess(
  { cluster, vm, inputs, config }: Asked,
  signal: AbortSignal,
): Promise<Access | undefined> {
  const place = { node: vm.node, vmid: vm.vmid };
  const attempt = { attempted: "ask the guest agent of the machine", subject: inputs.name };
  const { result } = await cluster.call("agentInterfaces", place, attempt, signal);
  const hardwareAddress = /[0-9A-F]{2}(?::[0-9A-F]{2}){5}/i.exec(config["net0"] ?? "")?.[0] ?? "";
  const fixed = inputs.network?.addresses[0]?.replace(/\/.*/, "");
  const address = addressIn(result, { hardwareAddress, fixed });
  if (address === undefined) return undefined;
  const { content } = await cluster.call("agentReadFile", { ...place, file: hostKeyFile }, attempt, signal);
  const key = /^ssh-ed25519 [A-Za-z0-9+/=]+/.exec(content)?.[0];
  return key === undefined ? undefined : { address, hostKeys: [key] };
}

/** The outputs of the component. */
export function outputsOf({ address, hostKeys }: Access, { vmid, node }: FoundVm): JsonObject {
  return { address, hostKeys: [...hostKeys], node, vmid };
}

/** The address and key that the state knows. */
export function knownAccess(prior: Prior | undefined): Access | undefined {
  const outputs = proxmoxVm.outputs.safeParse(prior?.outputs);
  return outputs.success ? outputs.data : undefined;
}
