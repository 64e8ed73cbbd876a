import { fork, hardwareAddress, refuse, type Cluster, type Vm } from "./cluster.ts";
import { need, needAny } from "./permissions.ts";
import { bytesOf, diskOf } from "./resources.ts";

type Given = Readonly<Record<string, string>>;

/** The machine that a path is about. @throws a refusal when it is not on that node */
export function vmAt(cluster: Cluster, given: Given): Vm {
  const { node = "", vmid = "" } = given;
  const vm = cluster.vms.get(Number(vmid));
  if (vm?.node === node) return vm;
  throw refuse(500, `Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`);
}

/** @throws a refusal when something works with the machine */
export function checkLock({ config }: Vm): void {
  if (config["lock"] !== undefined) throw refuse(500, `VM is locked (${config["lock"]})`);
}

/** Which privilege an option of the configuration takes. */
function privilegesFor(option: string): readonly string[] {
  if (["cores", "sockets", "cpu"].includes(option)) return ["VM.Config.CPU"];
  if (["memory", "balloon"].includes(option)) return ["VM.Config.Memory"];
  if (/^(?:ci|sshkeys)/.test(option)) return ["VM.Config.Cloudinit"];
  if (/^(?:ipconfig\d+|nameserver|searchdomain)$/.test(option)) return ["VM.Config.Cloudinit", "VM.Config.Network"];
  if (/^net\d+$/.test(option)) return ["VM.Config.Network"];
  if (/^scsi\d+$/.test(option)) return ["VM.Config.Disk"];
  return ["VM.Config.Options"];
}

/** Options that a running machine takes only when it is started the next time. */
const atStart = /^(?:cores|sockets|memory|bios|cpu|ci\w+|sshkeys|ipconfig\d+|nameserver|searchdomain|name)$/;
const notOptions = new Set(["node", "vmid", "digest", "skiplock", "background_delay", "delete", "revert", "force"]);

/** Changes a configuration, as a task. */
export function configure(cluster: Cluster, given: Given): string {
  const vm = vmAt(cluster, given);
  const path = `/vms/${String(vm.vmid)}`;
  const options = Object.entries(given).filter(([key]) => !notOptions.has(key));
  const deleted = (given["delete"] ?? "").split(",").filter((option) => option !== "");
  if (given["skiplock"] === "1")
    throw refuse(400, "Parameter verification failed.", { skiplock: "Only root may use this option." });
  if (options.length + deleted.length === 0) throw refuse(500, "no options specified");
  for (const option of [...options.map(([key]) => key), ...deleted]) needAny(cluster, path, ...privilegesFor(option));
  for (const [option, value] of options) {
    const bridge = /^net\d+$/.test(option) ? /bridge=([^,]+)/.exec(value)?.[1] : undefined;
    if (bridge === undefined) continue;
    needAny(cluster, `/sdn/zones/localnetwork/${bridge}`, "SDN.Use");
    if (!cluster.options.bridges.includes(bridge)) {
      throw refuse(500, `bridge '${bridge}' does not exist`);
    }
  }
  checkLock(vm);
  return fork(cluster, { node: vm.node, type: "qmconfig", id: String(vm.vmid) }, async () => {
    checkLock(vm);
    await Promise.resolve();
    for (const [option, value] of options) {
      const text =
        /^net\d+$/.test(option) && !/=[0-9A-F:]{17}/i.test(value)
          ? value.replace(/^(\w+)/, `$1=${hardwareAddress()}`)
          : value;
      if (vm.running && atStart.test(option)) vm.pending[option] = text;
      else
        vm.config[option] =
          option === "tags" ? [...new Set(text.toLowerCase().split(/[,; ]+/))].toSorted().join(";") : text;
    }
    for (const option of deleted) delete vm.config[option];
  });
}

/** The configuration: with what waits for the next start, or as it is in force. */
export function readConfig(cluster: Cluster, given: Given): Readonly<Record<string, unknown>> {
  const vm = vmAt(cluster, given);
  const config = given["current"] === "1" ? vm.config : { ...vm.config, ...vm.pending };
  const numbers = new Set(["cores", "sockets", "onboot", "protection", "template", "ciupgrade"]);
  return Object.fromEntries(
    Object.entries({ ...config, digest: "0".repeat(40) }).map(([key, value]) => [
      key,
      numbers.has(key) ? Number(value) : value,
    ]),
  );
}

/** Makes a disk bigger, as a task. */
export function resize(cluster: Cluster, given: Given): string {
  const vm = vmAt(cluster, given);
  const { disk = "", size = "" } = given;
  return fork(cluster, { node: vm.node, type: "resize", id: String(vm.vmid) }, async () => {
    await Promise.resolve();
    checkLock(vm);
    const drive = vm.config[disk];
    if (drive === undefined) throw refuse(500, `disk '${disk}' does not exist`);
    const storage = drive.split(":")[0] ?? "";
    need(cluster, `/storage/${storage}`, "Datastore.AllocateSpace");
    const now = diskOf(vm);
    const wanted = size.startsWith("+") ? now + bytesOf(size.slice(1)) : bytesOf(size);
    if (wanted < now) throw refuse(500, "shrinking disks is not supported");
    const place = cluster.storages.get(storage);
    if (place !== undefined && place.used + wanted - now > place.total) {
      throw refuse(500, `zfs error: cannot set property for 'tank/vm-${String(vm.vmid)}-disk-0': out of space`);
    }
    if (place !== undefined) place.used += wanted - now;
    vm.config[disk] = drive.replace(/size=\w+/, `size=${String(Math.round(wanted / 1024 ** 3))}G`);
  });
}

/** Deletes a machine and its disks, as a task. */
export function destroy(cluster: Cluster, given: Given): string {
  const vm = vmAt(cluster, given);
  const check = (): void => {
    if (vm.config["protection"] === "1")
      throw refuse(500, `can't remove VM ${String(vm.vmid)} - protection mode enabled`);
    if (vm.running) throw refuse(500, `VM ${String(vm.vmid)} is running - destroy failed`);
    checkLock(vm);
  };
  check();
  return fork(cluster, { node: vm.node, type: "qmdestroy", id: String(vm.vmid) }, async () => {
    check();
    await cluster.options.guests.remove(vm.vmid);
    const place = cluster.storages.get((vm.config["scsi0"] ?? "").split(":")[0] ?? "");
    if (place !== undefined) place.used -= diskOf(vm);
    cluster.vms.delete(vm.vmid);
  });
}
