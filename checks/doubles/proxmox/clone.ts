import { setTimeout as pause } from "node:timers/promises";
import { fork, hardwareAddress, refuse, type Cluster, type Vm } from "./cluster.ts";
import { may, need, needAny } from "./permissions.ts";
import { diskOf } from "./resources.ts";
import { checkLock, vmAt } from "./vm.ts";

type Given = Readonly<Record<string, string>>;

const storageOf = (drive: string | undefined): string => (drive ?? "").split(":")[0] ?? "";

function checkTarget(cluster: Cluster, vm: Vm, given: Given): void {
  const { storage, target, full } = given;
  if (storage !== undefined && !cluster.storages.has(storage)) {
    throw refuse(500, `storage '${storage}' does not exist`);
  }
  if (target !== undefined && target !== vm.node) {
    if (cluster.options.nodes[target] === undefined) throw refuse(500, `no such cluster node '${target}'`);
    if (storage !== undefined && cluster.storages.get(storage)?.shared !== true) {
      throw refuse(500, `can't clone to non-shared storage '${storage}'`);
    }
    if (cluster.storages.get(storageOf(vm.config["scsi0"]))?.shared !== true) {
      throw refuse(500, `can't clone VM to node '${target}' (VM uses local storage)`);
    }
  }
  if (storage !== undefined && (full ?? (vm.config["template"] === "1" ? "0" : "1")) !== "1") {
    throw refuse(500, "parameter 'storage' not allowed for linked clones");
  }
}

function check(cluster: Cluster, vm: Vm, given: Given): void {
  const { newid = "", pool, storage } = given;
  const allowed = pool !== undefined && may(cluster, `/pool/${pool}`, "VM.Allocate");
  if (!allowed) need(cluster, `/vms/${newid}`, "VM.Allocate");
  if (pool !== undefined && !cluster.pools.has(pool))
    throw refuse(403, `Permission check failed (pool '${pool}' does not exist)`);
  checkTarget(cluster, vm, given);
  checkLock(vm);
  need(cluster, `/storage/${storage ?? storageOf(vm.config["scsi0"])}`, "Datastore.AllocateSpace");
  const bridge = /bridge=([^,]+)/.exec(vm.config["net0"] ?? "")?.[1];
  if (bridge !== undefined) needAny(cluster, `/sdn/zones/localnetwork/${bridge}`, "SDN.Use");
  if (cluster.vms.has(Number(newid))) throw refuse(500, `unable to create VM ${newid}: config file already exists`);
}

async function copy(cluster: Cluster, vm: Vm, given: Given, log: (line: string) => void): Promise<void> {
  check(cluster, vm, given);
  const vmid = Number(given["newid"]);
  const full = given["full"] === "1";
  const storage = given["storage"] ?? storageOf(vm.config["scsi0"]);
  const made: Vm = { vmid, node: vm.node, running: false, startedAt: 0, pending: {}, config: { lock: "clone" } };
  // There is a machine of this number from now on, without a name and without anything that tells whose it is.
  cluster.vms.set(vmid, made);
  try {
    log(`create ${full ? "full" : "linked"} clone of drive scsi0 (${(vm.config["scsi0"] ?? "").split(",")[0] ?? ""})`);
    const bytes = full ? diskOf(vm) : 0;
    const place = cluster.storages.get(storage);
    const steps = 10;
    for (let step = 1; step <= steps; step += 1) {
      await pause((cluster.options.cloneTime ?? 0) / steps, undefined, { ref: false });
      if (cluster.down.has(vm.node)) throw refuse(500, "clone failed: interrupted by signal");
      const gigabytes = (part: number): string => `${(part / 1024 ** 3).toFixed(1)} GiB`;
      if (full)
        log(`transferred ${gigabytes((bytes * step) / steps)} of ${gigabytes(bytes)} (${String(step * 10)}.00%)`);
    }
    if (place !== undefined && place.used + bytes > place.total) {
      throw refuse(500, `clone failed: zfs error: cannot create 'tank/vm-${String(vmid)}-disk-0': out of space`);
    }
    if (place !== undefined) place.used += bytes;
    const { template: _template, ...config } = vm.config;
    const drive = (vm.config["scsi0"] ?? "").replace(/^[^,]+/, `${storage}:vm-${String(vmid)}-disk-0`);
    made.config = {
      ...config,
      name: given["name"] ?? `Copy-of-VM-${vm.config["name"] ?? ""}`,
      ...(given["description"] === undefined ? {} : { description: given["description"] }),
      scsi0: drive,
      net0: (vm.config["net0"] ?? "").replace(/=[0-9A-F:]{17}/, `=${hardwareAddress()}`),
      digest: "",
    };
    if (given["target"] !== undefined) made.node = given["target"];
    if (given["pool"] !== undefined) made.pool = given["pool"];
  } catch (error) {
    cluster.vms.delete(vmid);
    throw error;
  }
}

/** Copies a machine as a task: what can be known before is refused at once. */
export function clone(cluster: Cluster, given: Given): string {
  const vm = vmAt(cluster, given);
  check(cluster, vm, given);
  return fork(cluster, { node: vm.node, type: "qmclone", id: String(vm.vmid) }, (log) => copy(cluster, vm, given, log));
}
