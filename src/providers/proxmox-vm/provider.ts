import { proxmoxVm, type ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { PriorContext, Provider, ProviderContext, SecretReader } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { canonicalJson, type JsonObject } from "../../model/json.ts";
import type { Resource, VmConfig } from "./api/answers.ts";
import type { ApiOptions } from "./api/api.ts";
import { bringUp, readAccess, type Access } from "./bring-up.ts";
import { choosePlace } from "./choose-place.ts";
import { awaitEarlierClone, cloneVm, readTemplates } from "./clone-vm.ts";
import { openClusters, type Cluster } from "./cluster.ts";
import { examineCluster } from "./examine.ts";
import { findTagged, findVm, refuseMissing, type FoundVm } from "./find-vm.ts";
import { isSameStart, memoryOf, startOf, type Memory } from "./memory.ts";
import { destroyVm, keepVm } from "./remove-vm.ts";
import { settleVm, stepsFor } from "./settle-vm.ts";
import { diskBytes } from "./vm-config.ts";

type Context = ProviderContext<ProxmoxVmInputs>;

/** How the provider is made. */
export interface ProxmoxVmOptions extends Pick<ApiOptions, "onCall"> {
  /** Tells whether a machine answers SSH at an address; over the network when not given. */
  readonly reach?: Parameters<typeof bringUp>[2];
}

function outputsOf({ address, hostKeys }: Access, { vmid, node }: FoundVm): JsonObject {
  return { address, hostKeys: [...hostKeys], node, vmid };
}

/** The address and key that the state knows. */
function knownAccess(context: { readonly prior?: PriorContext["prior"] | undefined }): Access | undefined {
  const outputs = proxmoxVm.outputs.safeParse(context.prior?.outputs);
  return outputs.success ? outputs.data : undefined;
}

function refuseDown(list: readonly Resource[], { node, vmid }: FoundVm, subject: string): void {
  const state = list.find((one) => one.type === "node" && one.node === node)?.status;
  if (state !== "offline") return;
  throw new Failure({
    code: "proxmox-node-down",
    attempted: "look at the machine",
    subject,
    found: `VM ${String(vmid)} is on node ${node}, which is offline`,
    next: "Bring the node back, or move its machines to another one, then run the same again.",
  });
}

/** What the cluster's list says against a machine being as wanted; it is a few seconds old. */
function deviations({ resource }: FoundVm, { size }: ProxmoxVmInputs): readonly string[] {
  const { status, maxcpu, maxmem, maxdisk = 0 } = resource;
  return [
    ...(status === "running" ? [] : ["the virtual machine is stopped"]),
    ...(maxcpu === size.cores ? [] : [`it has ${String(maxcpu)} cores`]),
    ...(maxmem === size.memory * 1024 ** 2 ? [] : [`it has ${String((maxmem ?? 0) / 1024 ** 2)} MiB of memory`]),
    ...(maxdisk >= diskBytes(size.disk) ? [] : [`its disk has ${String(maxdisk / 1024 ** 3)} GiB`]),
    ...(resource.lock === undefined ? [] : [`something works with it: it is locked (${resource.lock})`]),
  ];
}

/** Makes the provider of virtual machines on Proxmox VE clusters. Nothing is sent before the first call. */
export function proxmoxVmProvider(options: ProxmoxVmOptions = {}): Provider<ProxmoxVmInputs> {
  const clusterOf = openClusters(options);
  const priorInputs = (context: { readonly prior: PriorContext["prior"] }): ProxmoxVmInputs =>
    context.prior.inputs as unknown as ProxmoxVmInputs;
  const openPrior = (context: PriorContext): { cluster: Cluster; inputs: ProxmoxVmInputs } => {
    const inputs = priorInputs(context);
    return { cluster: clusterOf(inputs.cluster, context.secrets), inputs };
  };
  const open = ({ inputs, secrets }: { inputs: ProxmoxVmInputs; secrets: SecretReader }): Cluster =>
    clusterOf(inputs.cluster, secrets);

  /** The machine, wherever an earlier run left it. */
  const findEarlier = async (
    cluster: Cluster,
    context: Pick<Context, "progress" | "signal" | "deployment" | "component">,
    inputs: ProxmoxVmInputs,
    memory: Memory,
  ): Promise<FoundVm | undefined> => {
    const { progress, signal } = context;
    await awaitEarlierClone(cluster, memory, { name: inputs.name, progress, signal });
    const list = await cluster.list({ fresh: true }, signal);
    const found = await findVm(cluster, list, { wanted: inputs, owner: context, memory }, signal);
    const half = list.find((one) => one.vmid === memory.vmid && one.lock === "clone");
    if (found === undefined && memory.clone !== undefined && half !== undefined) {
      throw new Failure({
        code: "proxmox-half-made",
        attempted: "finish the copy that an earlier run began",
        subject: inputs.name,
        found: `VM ${String(half.vmid)} on ${half.node ?? "?"} is locked (clone), and no task of this API token copies it any more`,
        next: `Look at it in Proxmox, and remove it on its node: qm unlock ${String(half.vmid)} && qm destroy ${String(half.vmid)}. Then run the same again.`,
      });
    }
    return found;
  };

  const hardwareAddressOf = (config: VmConfig): string =>
    /[0-9A-F]{2}(?::[0-9A-F]{2}){5}/i.exec(config["net0"] ?? "")?.[0] ?? "";

  const configOf = (cluster: Cluster, vm: FoundVm, { name }: ProxmoxVmInputs, signal: AbortSignal) => {
    const attempt = { attempted: "read the configuration of the machine", subject: name };
    return cluster.call("config", { node: vm.node, vmid: vm.vmid }, attempt, signal);
  };

  /** Whether the machine was started again since its address was read; then it may have another one. */
  const restarted = ({ resource }: FoundVm, { startedAt }: Memory): boolean =>
    startedAt !== undefined && resource.uptime !== undefined && resource.uptime > 0
      ? !isSameStart(startOf(resource.uptime), startedAt)
      : false;

  return {
    type: proxmoxVm,

    identity: ({ name }) => (typeof name === "string" ? name : undefined),

    async read(context) {
      const { cluster, inputs } = openPrior(context);
      const list = await cluster.list({ fresh: false }, context.signal);
      const found = findTagged(list, inputs);
      if (found === undefined) return { exists: false };
      const offline = list.some((one) => one.type === "node" && one.node === found.node && one.status === "offline");
      const drift = offline ? [`its node ${found.node} is offline`] : deviations(found, inputs);
      const access = knownAccess(context);
      return {
        exists: true,
        drift,
        health: [
          { name: "virtual machine", healthy: drift.length === 0, text: `VM ${String(found.vmid)} on ${found.node}` },
        ],
        ...(access === undefined ? {} : { outputs: outputsOf(access, found) }),
      };
    },

    async diff(context) {
      const { inputs, prior, signal } = context;
      const cluster = open(context);
      const list = await cluster.list({ fresh: false }, signal);
      const memory = memoryOf(prior);
      const found =
        findTagged(list, inputs) ??
        (memory.vmid === undefined
          ? undefined
          : await findVm(cluster, list, { wanted: inputs, owner: context, memory }, signal));
      if (found === undefined) {
        refuseMissing(inputs);
        const { cores, memory: mebibytes, disk } = inputs.size;
        const place = choosePlace(list, inputs, await readTemplates(cluster, list, inputs, signal), []);
        const { template, node } = place;
        const detail = [
          `cores: ${String(cores)}, memory: ${String(mebibytes)} MiB, disk: ${String(disk)} GiB`,
          `${inputs.clone === "full" ? "copied from" : "linked to"} template ${String(inputs.template)} (VM ${String(template.vmid)} on ${template.node ?? ""}), as it is now on ${node}`,
        ];
        return {
          kind: "create",
          changes: [{ verb: "add", what: `virtual machine ${inputs.name}`, detail }],
          drift: [],
        };
      }
      refuseDown(list, found, inputs.name);
      const access = knownAccess(context);
      const unchanged = prior?.status === "present" && canonicalJson(prior.inputs) === canonicalJson(inputs);
      const off = deviations(found, inputs);
      if (
        unchanged &&
        access !== undefined &&
        off.length === 0 &&
        memory.restart !== true &&
        !restarted(found, memory)
      ) {
        return { kind: "same", outputs: outputsOf(access, found) };
      }
      const config = await configOf(cluster, found, inputs, signal);
      const attempt = { attempted: "ask whether the machine runs", subject: inputs.name };
      const place = { node: found.node, vmid: found.vmid };
      const running = (await cluster.call("status", place, attempt, signal)).status === "running";
      const before = prior === undefined ? undefined : priorInputs({ prior }).size.disk;
      const { changes } = stepsFor(config, running, inputs, {
        owner: context,
        before,
        restart: memory.restart === true,
      });
      const drift = unchanged && changes.length > 0 ? off : [];
      if (changes.length > 0) return { kind: "update", changes, drift };
      const asked = { cluster, vm: found, inputs, hardwareAddress: hardwareAddressOf(config) };
      const now = await readAccess(asked, signal);
      if (now === undefined) {
        return {
          kind: "update",
          changes: [{ verb: "change", what: "its address, which it does not have yet" }],
          drift: [],
        };
      }
      if (access === undefined || (access.address === now.address && access.hostKeys.join() === now.hostKeys.join())) {
        return { kind: "same", outputs: outputsOf(now, found) };
      }
      const what = "how it is reached";
      const words = [
        `${access.address} → ${now.address}`,
        ...(access.hostKeys.join() === now.hostKeys.join() ? [] : ["it has another host key"]),
      ];
      return { kind: "update", changes: [{ verb: "change", what, detail: words }], drift: ["it has been restarted"] };
    },

    async reconcile(context) {
      const { inputs, prior, progress, remember, signal } = context;
      const cluster = open(context);
      const memory = memoryOf(prior);
      const earlier = await findEarlier(cluster, context, inputs, memory);
      let vm = earlier;
      if (vm === undefined) {
        refuseMissing(inputs);
        const vmid = await cloneVm(cluster, context, context);
        const list = await cluster.list({ fresh: true }, signal);
        const resource = list.find((one) => one.type === "qemu" && one.vmid === vmid);
        if (resource === undefined) {
          throw new Failure({
            code: "proxmox-invisible",
            attempted: "see the machine that was made",
            subject: inputs.name,
            found: `VM ${String(vmid)} was made, and the API token may not see it`,
            next: "Give the token the privilege VM.Audit on /vms or on the pool, then run the same again.",
          });
        }
        vm = { vmid, node: resource.node ?? "", resource };
      }
      const { vmid, node } = vm;
      const config = await configOf(cluster, vm, inputs, signal);
      const attempt = { attempted: "ask whether the machine runs", subject: inputs.name };
      const running = (await cluster.call("status", { node, vmid }, attempt, signal)).status === "running";
      const before = prior === undefined ? undefined : priorInputs({ prior }).size.disk;
      const steps = stepsFor(config, running, inputs, {
        owner: context,
        before,
        restart: memory.restart === true,
      });
      // From its first start on it may hold data.
      const noted = { vmid, startedAt: memory.startedAt ?? startOf(0) };
      if (steps.power !== "none") await remember({ ...noted, restart: steps.power === "restart" });
      await settleVm(cluster, vm, steps, { inputs, progress, signal });
      const now = steps.options.net0 === undefined ? config : await configOf(cluster, vm, inputs, signal);
      const asked = { cluster, vm, inputs, hardwareAddress: hardwareAddressOf(now) };
      const access = await bringUp(asked, context, options.reach);
      const { uptime = 0 } = await cluster.call("status", { node, vmid }, attempt, signal);
      const changed =
        steps.changes.length > 0 ||
        canonicalJson(knownAccess(context)?.hostKeys ?? []) !== canonicalJson(access.hostKeys);
      return {
        outcome: earlier === undefined ? "created" : changed ? "updated" : "unchanged",
        outputs: outputsOf(access, vm),
        memory: { vmid, startedAt: startOf(uptime) },
      };
    },

    async delete(context) {
      const { cluster, inputs } = openPrior(context);
      const memory = memoryOf(context.prior);
      const vm = await findEarlier(cluster, context, inputs, memory);
      if (vm === undefined) return;
      const { progress, signal } = context;
      const mayHoldData = memory.startedAt !== undefined || context.prior.outputs !== undefined;
      const keep = inputs.adopt !== undefined || (inputs.protected && mayHoldData);
      await (keep ? keepVm : destroyVm)(cluster, vm, { name: inputs.name, progress, signal });
    },

    async purge(context, { dryRun }) {
      // What still runs is in use; its data is for the machine's own purge to decide about.
      if (context.prior.status === "present") return [];
      const { cluster, inputs } = openPrior(context);
      const list = await cluster.list({ fresh: true }, context.signal);
      const vm = await findVm(
        cluster,
        list,
        { wanted: inputs, owner: context, memory: memoryOf(context.prior) },
        context.signal,
      );
      if (vm === undefined) return [];
      const { progress, signal } = context;
      if (!dryRun) await destroyVm(cluster, vm, { name: inputs.name, progress, signal });
      return [`virtual machine ${inputs.name} (VM ${String(vm.vmid)} on ${vm.node}) with its disk`];
    },

    examine: async (context) => await examineCluster(open(context), context.inputs, context.signal),
  };
}
