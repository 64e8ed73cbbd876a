import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { ProviderContext } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { awaitEarlierClone } from "./clone-vm.ts";
import type { Cluster } from "./cluster.ts";
import { findVm, type FoundVm } from "./find-vm.ts";
import type { Memory } from "./memory.ts";

/**
 * Finds the machine, wherever an earlier run left it, after what that has left running.
 * @throws Failure `proxmox-half-made` when it can neither be finished nor removed by the API token
 */
export async function findEarlier(
  cluster: Cluster,
  context: Pick<ProviderContext<unknown>, "progress" | "signal" | "deployment" | "component">,
  inputs: ProxmoxVmInputs,
  memory: Memory,
): Promise<FoundVm | undefined> {
  const { progress, signal } = context;
  await awaitEarlierClone(cluster, memory, { name: inputs.name, progress, signal });
  const list = await cluster.list({ fresh: true }, signal);
  const found = await findVm(cluster, list, { wanted: inputs, owner: context, memory }, signal);
  const half = list.find((one) => one.vmid === memory.vmid && one.lock === "clone");
  if (found !== undefined || memory.clone === undefined || half === undefined) return found;
  const number = String(half.vmid);
  throw new Failure({
    code: "proxmox-half-made",
    attempted: "finish the copy that an earlier run began",
    subject: inputs.name,
    found: `VM ${number} on ${half.node ?? "?"} is locked (clone), and no task of this API token copies it any more`,
    next: `Look at it in Proxmox, and remove it on its node: qm unlock ${number} && qm destroy ${number}. Then run the same again.`,
  });
}
