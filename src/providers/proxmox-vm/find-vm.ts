import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import { Failure } from "../../model/failure.ts";
import type { Resource } from "./api/answers.ts";
import type { Cluster } from "./cluster.ts";
import type { Memory } from "./memory.ts";
import { isDescribed, isMachine, wears } from "./ownership.ts";

/** A machine of the cluster. */
export interface FoundVm {
  readonly vmid: number;
  readonly node: string;
  readonly resource: Resource;
}

type Wanted = Pick<ProxmoxVmInputs, "name" | "apart" | "adopt">;

function found(resource: Resource): FoundVm {
  return { vmid: resource.vmid ?? 0, node: resource.node ?? "", resource };
}

function single(fitting: readonly Resource[], { name }: Wanted, how: string): FoundVm | undefined {
  const [first, ...others] = fitting;
  if (first === undefined) return undefined;
  if (others.length === 0) return found(first);
  throw new Failure({
    code: "proxmox-ambiguous",
    attempted: "find the machine in the cluster",
    subject: name,
    found: `${String(fitting.length)} virtual machines ${how}: ${fitting.map(({ vmid, node = "" }) => `${String(vmid)} on ${node}`).join(", ")}`,
    next: "Take the tags away from those that are not it (a restored or copied machine, perhaps), then run the same again.",
  });
}

/** The one that the tags, or the policy for an existing machine, say; without asking about any machine by itself. */
export function findTagged(list: readonly Resource[], wanted: Wanted): FoundVm | undefined {
  const { adopt } = wanted;
  const tagged = list.filter((one) => wears(one, wanted));
  if (tagged.length > 0 || adopt === undefined) return single(tagged, wanted, "have its tags");
  const named = list.filter((one) => isMachine(one) && (one.name === adopt || String(one.vmid) === adopt));
  return single(named, wanted, `are called ${adopt}`);
}

/** @throws Failure `proxmox-adopt` when an existing machine is to be taken over: none is made in its place */
export function refuseMissing({ name, adopt }: Wanted): void {
  if (adopt === undefined) return;
  throw new Failure({
    code: "proxmox-adopt",
    attempted: "take over an existing machine",
    subject: name,
    found: `the API token sees no virtual machine called ${adopt}, and none with the tags of one that was taken over`,
    next: "Correct `adopt` in the environment, or give the token VM.Audit on that machine.",
  });
}

/**
 * Finds a machine that may be half-made: by its tags, or else by its number or name and the sentence in its description.
 * @throws Failure `proxmox-ambiguous`
 */
export async function findVm(
  { call }: Pick<Cluster, "call">,
  list: readonly Resource[],
  { wanted, owner, memory }: { readonly wanted: Wanted; readonly owner: Owner; readonly memory: Memory },
  signal?: AbortSignal,
): Promise<FoundVm | undefined> {
  const tagged = findTagged(list, wanted);
  if (tagged !== undefined) return tagged;
  const candidates = list.filter(
    (one) => isMachine(one) && (one.vmid === memory.vmid || one.name === wanted.name) && one.lock !== "clone",
  );
  for (const candidate of candidates) {
    const { vmid, node, resource } = found(candidate);
    const attempt = { attempted: "find out whose machine it is", subject: `VM ${String(vmid)} on ${node}` };
    const config = await call("config", { node, vmid }, attempt, signal);
    if (isDescribed(config, wanted, owner)) return { vmid, node, resource };
  }
  return undefined;
}
