import { setTimeout as pause } from "node:timers/promises";
import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { ProviderContext } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import type { VmConfig } from "./api/answers.ts";
import { followTask } from "./api/task.ts";
import { choosePlace, templatesOf, type Place } from "./choose-place.ts";
import type { Cluster } from "./cluster.ts";
import type { Memory } from "./memory.ts";
import { sentenceOf } from "./ownership.ts";

type Context = Pick<ProviderContext<ProxmoxVmInputs>, "inputs" | "progress" | "remember" | "signal">;

/** How often another number is taken when somebody was faster. */
const numbersTried = 10;

/** The templates that fit, with what they are made of. */
export async function readTemplates(
  cluster: Cluster,
  list: Awaited<ReturnType<Cluster["list"]>>,
  inputs: ProxmoxVmInputs,
  signal?: AbortSignal,
): Promise<readonly (readonly [Place["template"], VmConfig])[]> {
  const down = new Set(
    list.filter(({ type, status }) => type === "node" && status !== "online").map(({ node }) => node),
  );
  const templates = templatesOf(list, inputs);
  const usable = templates.filter(({ node }) => !down.has(node));
  return await Promise.all(usable.map(async (one) => [one, await cluster.templateConfig(one, signal)] as const));
}

function parametersOf(inputs: ProxmoxVmInputs, owner: Owner, { template, node }: Place, newid: number) {
  const { name, clone, storage, pool } = inputs;
  return {
    node: template.node ?? "",
    vmid: template.vmid ?? 0,
    newid,
    name,
    description: sentenceOf(inputs, owner),
    full: clone === "full",
    ...(node === template.node ? {} : { target: node }),
    ...(storage === undefined ? {} : { storage }),
    ...(pool === undefined ? {} : { pool }),
  };
}

/** Chooses place and number and starts the task; what is chosen is written down before it is asked for. */
async function begin(cluster: Cluster, context: Context, owner: Owner): Promise<{ vmid: number; upid: string }> {
  const { inputs, remember, signal } = context;
  const list = await cluster.list({ fresh: true }, signal);
  const templates = await readTemplates(cluster, list, inputs, signal);
  const place = choosePlace(list, inputs, templates, [...cluster.reserved.values()]);
  const node = place.template.node ?? "";
  for (let tried = 1; ; tried += 1) {
    const attempt = { attempted: "find a free number for the machine", subject: inputs.name };
    const vmid = await cluster.call("nextId", {}, attempt, signal);
    await remember({ vmid, clone: { node } });
    const attempted = `copy template ${String(inputs.template)} as VM ${String(vmid)} to ${place.node}`;
    try {
      const parameters = parametersOf(inputs, owner, place, vmid);
      const upid = await cluster.call("clone", parameters, { attempted, subject: inputs.name }, signal);
      await remember({ vmid, clone: { node, upid } });
      const memory = inputs.size.memory * 1024 ** 2;
      cluster.reserved.set(inputs.name, { node: place.node, vmid, memory, apart: inputs.apart });
      await appear(cluster, vmid, upid, context);
      return { vmid, upid };
    } catch (error) {
      // Somebody took the number between the question and the order: then it is not ours, and there is another one.
      const taken = error instanceof Failure && error.code === "proxmox-id-taken";
      if (!taken || tried === numbersTried) throw error;
    }
  }
}

/** Waits until the number is really taken, so that the next machine is given another one. */
async function appear(cluster: Cluster, vmid: number, upid: string, { inputs, signal }: Context): Promise<void> {
  const attempt = { attempted: "see the copy begin", subject: inputs.name };
  for (;;) {
    try {
      await cluster.call("nextId", { vmid }, attempt, signal);
    } catch (error) {
      if (error instanceof Failure && error.code === "proxmox-parameter") return;
      throw error;
    }
    const { status } = await cluster.call("taskStatus", { node: upid.split(":")[1] ?? "", upid }, attempt, signal);
    if (status === "stopped") return;
    await pause(50, undefined, { signal });
  }
}

/**
 * Copies the template and follows that to its end.
 * @returns the number of the new machine
 * @throws Failure `proxmox-…`
 */
export async function cloneVm(cluster: Cluster, context: Context, owner: Owner): Promise<number> {
  const { inputs, progress, signal } = context;
  progress("clone", { text: `template ${String(inputs.template)}` });
  for (let tried = 1; ; tried += 1) {
    const { vmid, upid } = await cluster.inTurn(() => begin(cluster, context, owner));
    const attempted = `copy template ${String(inputs.template)} as VM ${String(vmid)}`;
    try {
      const follow = { progress: (detail: Parameters<typeof progress>[1]) => progress("clone", detail), signal };
      await followTask(cluster.call, upid, { attempted, subject: inputs.name }, follow);
      return vmid;
    } catch (error) {
      // Two orders for one number can both be taken, and then the later task ends because of the earlier one.
      if (!(error instanceof Failure) || error.code !== "proxmox-id-taken" || tried === numbersTried) throw error;
    }
  }
}

/** Failures after which the cluster was not even asked. */
const hopeless = new Set([
  "proxmox-unreachable",
  "proxmox-untrusted",
  "proxmox-credentials",
  "proxmox-permission",
  "proxmox-node-down",
  "proxmox-task-late",
]);

/**
 * Waits for what a run that died has left running. How it ended is seen by whether the machine is there.
 * @throws Failure when the cluster cannot be asked
 */
export async function awaitEarlierClone(
  cluster: Cluster,
  { clone }: Memory,
  { name, progress, signal }: { readonly name: string } & Pick<Context, "progress" | "signal">,
): Promise<void> {
  if (clone === undefined) return;
  const { call } = cluster;
  const attempt = { attempted: "wait for the copy that an earlier run began", subject: name };
  const { node, upid } = clone;
  const tasks =
    upid === undefined
      ? (await call("tasks", { node, source: "active", typefilter: "qmclone" }, attempt, signal)).map(
          (task) => task.upid,
        )
      : [upid];
  for (const task of tasks) {
    progress("clone", { text: "an earlier run began it" });
    try {
      await followTask(call, task, attempt, { progress: (detail) => progress("clone", detail), signal });
    } catch (error) {
      if (!(error instanceof Failure) || hopeless.has(error.code)) throw error;
      progress("clone", { text: `it had failed: ${error.report.found}` });
    }
  }
}
