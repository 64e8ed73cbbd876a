import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { ProviderContext, Reconciled } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { canonicalJson } from "../../model/json.ts";
import { knownAccess, outputsOf } from "./access.ts";
import { bringUp, type Reach } from "./bring-up.ts";
import { cloneVm } from "./clone-vm.ts";
import type { Cluster } from "./cluster.ts";
import { findEarlier } from "./find-earlier.ts";
import { refuseMissing, type FoundVm } from "./find-vm.ts";
import { configOf, lookClosely } from "./look-closely.ts";
import { memoryOf, startOf } from "./memory.ts";
import { settleVm } from "./settle-vm.ts";

type Context = ProviderContext<ProxmoxVmInputs>;

async function makeVm(cluster: Cluster, context: Context): Promise<FoundVm> {
  const { inputs, signal } = context;
  refuseMissing(inputs);
  const vmid = await cloneVm(cluster, context, context);
  const list = await cluster.list({ fresh: true }, signal);
  const resource = list.find((one) => one.type === "qemu" && one.vmid === vmid);
  if (resource !== undefined) return { vmid, node: resource.node ?? "", resource };
  throw new Failure({
    code: "proxmox-invisible",
    attempted: "see the machine that was made",
    subject: inputs.name,
    found: `VM ${String(vmid)} was made, and the API token may not see it`,
    next: "Give the token the privilege VM.Audit on /vms or on the pool, then run the same again.",
  });
}

/** Makes a machine what is wanted: new, changed, half-made and adopted alike. */
export async function reconcileVm(cluster: Cluster, context: Context, reach: Reach | undefined): Promise<Reconciled> {
  const { inputs, prior, progress, remember, signal } = context;
  const memory = memoryOf(prior);
  const earlier = await findEarlier(cluster, context, inputs, memory);
  const vm = earlier ?? (await makeVm(cluster, context));
  const { vmid, node } = vm;
  const looked = await lookClosely(cluster, vm, context);
  const { steps } = looked;
  // From its first start on it may hold data.
  const noted = { vmid, startedAt: memory.startedAt ?? startOf(0), restart: steps.power === "restart" };
  if (steps.power !== "none") await remember(noted);
  await settleVm(cluster, vm, steps, { inputs, progress, signal });
  // An interface that had no hardware address was given one.
  const config = steps.options.net0 === undefined ? looked.config : await configOf(cluster, vm, inputs, signal);
  const access = await bringUp({ cluster, vm, inputs, config }, context, reach);
  const attempt = { attempted: "ask since when the machine runs", subject: inputs.name };
  const { uptime = 0 } = await cluster.call("status", { node, vmid }, attempt, signal);
  const sameAccess = canonicalJson(knownAccess(prior)?.hostKeys ?? []) === canonicalJson(access.hostKeys);
  const changed = steps.changes.length > 0 || !sameAccess;
  return {
    outcome: earlier === undefined ? "created" : changed ? "updated" : "unchanged",
    outputs: outputsOf(access, vm),
    memory: { vmid, startedAt: startOf(uptime) },
  };
}
