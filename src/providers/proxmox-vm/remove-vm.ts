import type { ProviderContext } from "../../engine/provider.ts";
import { followTask } from "./api/task.ts";
import type { Cluster } from "./cluster.ts";
import type { FoundVm } from "./find-vm.ts";
import { shutDown } from "./settle-vm.ts";
import { whenUnlocked } from "./unlocked.ts";

type Context = Pick<ProviderContext<unknown>, "progress" | "signal"> & { readonly name: string };

async function isRunning({ call }: Cluster, { node, vmid }: FoundVm, { name, signal }: Context): Promise<boolean> {
  const attempt = { attempted: "ask whether the machine runs", subject: name };
  return (await call("status", { node, vmid }, attempt, signal)).status === "running";
}

async function configure(
  { call }: Cluster,
  { node, vmid }: FoundVm,
  { name, progress, signal }: Context,
  options: { readonly onboot?: boolean; readonly protection?: boolean },
): Promise<void> {
  const attempt = { attempted: "configure the machine before it goes", subject: name };
  const upid = await whenUnlocked(() => call("configure", { node, vmid, ...options }, attempt, signal), {
    signal,
    locked: (words) => progress("wait", { text: words }),
  });
  if (typeof upid === "string") await followTask(call, upid, attempt, { signal, limit: 120_000 });
}

/** Switches a machine off and keeps it, with everything on its disk. */
export async function keepVm(cluster: Cluster, vm: FoundVm, context: Context): Promise<void> {
  if (await isRunning(cluster, vm, context)) await shutDown(cluster, vm, context);
  await configure(cluster, vm, context, { onboot: false });
}

/** Deletes a machine and its disks for good. */
export async function destroyVm(cluster: Cluster, vm: FoundVm, context: Context): Promise<void> {
  const { name, progress, signal } = context;
  if (await isRunning(cluster, vm, context)) await shutDown(cluster, vm, context);
  await configure(cluster, vm, context, { protection: false });
  progress("destroy");
  const attempt = { attempted: `delete VM ${String(vm.vmid)}`, subject: name };
  const place = { node: vm.node, vmid: vm.vmid };
  const upid = await whenUnlocked(() => cluster.call("destroy", { ...place, purge: true }, attempt, signal), {
    signal,
    locked: (words) => progress("wait", { text: words }),
  });
  await followTask(cluster.call, upid, attempt, { signal });
}
