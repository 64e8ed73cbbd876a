import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { ProviderContext } from "../../engine/provider.ts";
import type { VmConfig } from "./api/answers.ts";
import type { Cluster } from "./cluster.ts";
import type { FoundVm } from "./find-vm.ts";
import { memoryOf } from "./memory.ts";
import { stepsFor, type Steps } from "./settle-vm.ts";

/** Asks for the configuration of a machine, as it would be after a start. */
export function configOf(
  cluster: Cluster,
  { node, vmid }: FoundVm,
  { name }: Pick<ProxmoxVmInputs, "name">,
  signal: AbortSignal,
): Promise<VmConfig> {
  const attempt = { attempted: "read the configuration of the machine", subject: name };
  return cluster.call("config", { node, vmid }, attempt, signal);
}

/**
 * Asks about one machine by itself what the cluster's list says too late or not at all.
 * @throws Failure `disk-shrink`, `proxmox-no-disk`
 */
export async function lookClosely(
  cluster: Cluster,
  vm: FoundVm,
  context: ProviderContext<ProxmoxVmInputs>,
): Promise<{ readonly config: VmConfig; readonly steps: Steps }> {
  const { inputs, prior, signal } = context;
  const config = await configOf(cluster, vm, inputs, signal);
  const attempt = { attempted: "ask whether the machine runs", subject: inputs.name };
  const { status } = await cluster.call("status", { node: vm.node, vmid: vm.vmid }, attempt, signal);
  const before = prior === undefined ? undefined : (prior.inputs as unknown as ProxmoxVmInputs).size.disk;
  const restart = memoryOf(prior).restart === true;
  return { config, steps: stepsFor(config, status === "running", inputs, { owner: context, before, restart }) };
}
