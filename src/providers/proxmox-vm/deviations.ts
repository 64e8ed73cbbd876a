import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import { Failure } from "../../model/failure.ts";
import type { Resource } from "./api/answers.ts";
import type { FoundVm } from "./find-vm.ts";
import { isSameStart, startOf, type Memory } from "./memory.ts";
import { diskBytes } from "./vm-config.ts";

/** @throws Failure `proxmox-node-down` when the machine cannot be worked on, because its node is off */
export function refuseDown(list: readonly Resource[], { node, vmid }: FoundVm, subject: string): void {
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
export function deviations({ resource }: FoundVm, { size }: ProxmoxVmInputs): readonly string[] {
  const { status, maxcpu, maxmem, maxdisk = 0 } = resource;
  return [
    ...(status === "running" ? [] : ["the virtual machine is stopped"]),
    ...(maxcpu === size.cores ? [] : [`it has ${String(maxcpu)} cores`]),
    ...(maxmem === size.memory * 1024 ** 2 ? [] : [`it has ${String((maxmem ?? 0) / 1024 ** 2)} MiB of memory`]),
    ...(maxdisk >= diskBytes(size.disk) ? [] : [`its disk has ${String(maxdisk / 1024 ** 3)} GiB`]),
    ...(resource.lock === undefined ? [] : [`something works with it: it is locked (${resource.lock})`]),
  ];
}

/** Whether the machine was started again since its address was read; then it may have another one. */
export function wasRestarted({ resource }: FoundVm, { startedAt }: Memory): boolean {
  const { uptime = 0 } = resource;
  return startedAt !== undefined && uptime > 0 && !isSameStart(startOf(uptime), startedAt);
}
