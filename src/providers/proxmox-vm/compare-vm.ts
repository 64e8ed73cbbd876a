import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { Difference, ProviderContext } from "../../engine/provider.ts";
import { canonicalJson } from "../../model/json.ts";
import { isNotYet, knownAccess, outputsOf, readAccess, type Access, type Asked } from "./access.ts";
import type { Resource } from "./api/answers.ts";
import { choosePlace } from "./choose-place.ts";
import { readTemplates } from "./clone-vm.ts";
import type { Cluster } from "./cluster.ts";
import { deviations, refuseDown, wasRestarted } from "./deviations.ts";
import { findTagged, findVm, refuseMissing, type FoundVm } from "./find-vm.ts";
import { lookClosely } from "./look-closely.ts";
import { memoryOf } from "./memory.ts";

type Context = ProviderContext<ProxmoxVmInputs>;

async function compareNothing(
  cluster: Cluster,
  list: readonly Resource[],
  { inputs, signal }: Context,
): Promise<Difference> {
  refuseMissing(inputs);
  const { cores, memory, disk } = inputs.size;
  const { template, node } = choosePlace(list, inputs, await readTemplates(cluster, list, inputs, signal), []);
  const how = inputs.clone === "full" ? "copied from" : "linked to";
  const detail = [
    `cores: ${String(cores)}, memory: ${String(memory)} MiB, disk: ${String(disk)} GiB`,
    `${how} template ${String(inputs.template)} (VM ${String(template.vmid)} on ${template.node ?? ""}), as it is now on ${node}`,
  ];
  return { kind: "create", changes: [{ verb: "add", what: `virtual machine ${inputs.name}`, detail }], drift: [] };
}

/** Compares how a machine is reached with what the state knows of it. */
async function compareAccess(asked: Asked, known: Access | undefined, signal: AbortSignal): Promise<Difference> {
  let now: Access | undefined;
  try {
    now = await readAccess(asked, signal);
  } catch (error) {
    if (!isNotYet(error)) throw error;
  }
  if (now === undefined) {
    return { kind: "update", changes: [{ verb: "add", what: "its address, which it does not have yet" }], drift: [] };
  }
  const sameKeys = known?.hostKeys.join() === now.hostKeys.join();
  if (known === undefined || (known.address === now.address && sameKeys)) {
    return { kind: "same", outputs: outputsOf(now, asked.vm) };
  }
  const detail = [`${known.address} → ${now.address}`, ...(sameKeys ? [] : ["it has another host key"])];
  const changes = [{ verb: "change" as const, what: "how it is reached", detail }];
  return { kind: "update", changes, drift: ["it has been restarted"] };
}

async function findKnown(cluster: Cluster, list: readonly Resource[], context: Context): Promise<FoundVm | undefined> {
  const { inputs, prior, signal } = context;
  const tagged = findTagged(list, inputs);
  const memory = memoryOf(prior);
  if (tagged !== undefined || memory.vmid === undefined) return tagged;
  return await findVm(cluster, list, { wanted: inputs, owner: context, memory }, signal);
}

/** Says what would be done with a machine. Where everything is as it should be, the cluster's list alone says so. */
export async function compareVm(cluster: Cluster, context: Context): Promise<Difference> {
  const { inputs, prior, signal } = context;
  const list = await cluster.list({ fresh: false }, signal);
  const vm = await findKnown(cluster, list, context);
  if (vm === undefined) return await compareNothing(cluster, list, context);
  refuseDown(list, vm, inputs.name);
  const memory = memoryOf(prior);
  const known = knownAccess(prior);
  const unchanged = prior?.status === "present" && canonicalJson(prior.inputs) === canonicalJson(inputs);
  const off = deviations(vm, inputs);
  const settled = unchanged && off.length === 0 && memory.restart !== true && !wasRestarted(vm, memory);
  if (settled && known !== undefined) return { kind: "same", outputs: outputsOf(known, vm) };
  const { config, steps } = await lookClosely(cluster, vm, context);
  if (steps.changes.length > 0) return { kind: "update", changes: steps.changes, drift: unchanged ? off : [] };
  return await compareAccess({ cluster, vm, inputs, config }, known, signal);
}
