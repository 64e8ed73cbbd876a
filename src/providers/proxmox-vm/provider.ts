import { proxmoxVm, type ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { PriorContext, Provider, SecretReader } from "../../engine/provider.ts";
import { knownAccess, outputsOf } from "./access.ts";
import type { ApiOptions } from "./api/api.ts";
import type { Reach } from "./bring-up.ts";
import { openClusters, type Cluster } from "./cluster.ts";
import { compareVm } from "./compare-vm.ts";
import { deviations } from "./deviations.ts";
import { examineCluster } from "./examine.ts";
import { findEarlier } from "./find-earlier.ts";
import { findTagged, findVm } from "./find-vm.ts";
import { memoryOf } from "./memory.ts";
import { reconcileVm } from "./reconcile-vm.ts";
import { destroyVm, keepVm } from "./remove-vm.ts";

/** How the provider is made. */
export interface ProxmoxVmOptions extends Pick<ApiOptions, "onCall"> {
  /** Tells whether a machine answers SSH at an address; over the network when not given. */
  readonly reach?: Reach;
}

/** Makes the provider of virtual machines on Proxmox VE clusters. Nothing is sent before the first call. */
export function proxmoxVmProvider(options: ProxmoxVmOptions = {}): Provider<ProxmoxVmInputs> {
  const clusterOf = openClusters(options);
  const open = ({ inputs, secrets }: { inputs: ProxmoxVmInputs; secrets: SecretReader }): Cluster =>
    clusterOf(inputs.cluster, secrets);
  const openPrior = ({ prior, secrets }: PriorContext): { cluster: Cluster; inputs: ProxmoxVmInputs } => {
    const inputs = prior.inputs as unknown as ProxmoxVmInputs;
    return { cluster: open({ inputs, secrets }), inputs };
  };
  return {
    type: proxmoxVm,

    identity: ({ name }) => (typeof name === "string" ? name : undefined),

    async read(context) {
      const { cluster, inputs } = openPrior(context);
      const list = await cluster.list({ fresh: false }, context.signal);
      const vm = findTagged(list, inputs);
      if (vm === undefined) return { exists: false };
      const offline = list.some((one) => one.type === "node" && one.node === vm.node && one.status === "offline");
      const drift = offline ? [`its node ${vm.node} is offline`] : deviations(vm, inputs);
      const access = knownAccess(context.prior);
      const text = `VM ${String(vm.vmid)} on ${vm.node}`;
      return {
        exists: true,
        drift,
        health: [{ name: "virtual machine", healthy: drift.length === 0, text }],
        ...(access === undefined ? {} : { outputs: outputsOf(access, vm) }),
      };
    },

    diff: async (context) => await compareVm(open(context), context),

    reconcile: async (context) => await reconcileVm(open(context), context, options.reach),

    async delete(context) {
      const { prior, progress, signal } = context;
      const { cluster, inputs } = openPrior(context);
      const memory = memoryOf(prior);
      const vm = await findEarlier(cluster, context, inputs, memory);
      if (vm === undefined) return;
      const mayHoldData = memory.startedAt !== undefined || prior.outputs !== undefined;
      const keep = inputs.adopt !== undefined || (inputs.protected && mayHoldData);
      await (keep ? keepVm : destroyVm)(cluster, vm, { name: inputs.name, progress, signal });
    },

    async purge(context, { dryRun }) {
      const { prior, progress, signal } = context;
      // What still runs is in use; its data is for the machine's own purge to decide about.
      if (prior.status === "present") return [];
      const { cluster, inputs } = openPrior(context);
      const list = await cluster.list({ fresh: true }, signal);
      const wanted = { wanted: inputs, owner: context, memory: memoryOf(prior) };
      const vm = await findVm(cluster, list, wanted, signal);
      if (vm === undefined) return [];
      if (!dryRun) await destroyVm(cluster, vm, { name: inputs.name, progress, signal });
      return [`virtual machine ${inputs.name} (VM ${String(vm.vmid)} on ${vm.node}) with its disk`];
    },

    async wake(context) {
      const { cluster, inputs } = openPrior(context);
      const vm = findTagged(await cluster.list({ fresh: true }, context.signal), inputs);
      if (vm === undefined) return false;
      if (vm.resource.status === "stopped") await reconcileVm(cluster, { ...context, inputs }, options.reach);
      return true;
    },

    examine: async (context) => await examineCluster(open(context), context.inputs, context.signal),
  };
}
