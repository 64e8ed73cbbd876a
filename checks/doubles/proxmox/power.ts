import { fork, refuse, type Cluster, type Vm } from "./cluster.ts";
import { may } from "./permissions.ts";
import { checkLock, vmAt } from "./vm.ts";

type Given = Readonly<Record<string, string>>;

const id = (vm: Vm): string => String(vm.vmid);

/** Starts a machine, as a task. What was waiting for a start is in force then. */
export function start(cluster: Cluster, given: Given): string {
  const vm = vmAt(cluster, given);
  return fork(cluster, { node: vm.node, type: "qmstart", id: id(vm) }, async () => {
    checkLock(vm);
    if (vm.config["template"] === "1") throw refuse(500, "you can't start a vm if it's a template");
    if (vm.running) throw refuse(500, `VM ${id(vm)} already running`);
    Object.assign(vm.config, vm.pending);
    vm.pending = {};
    await cluster.options.guests.start({ vmid: vm.vmid, name: vm.config["name"] ?? "", config: vm.config });
    vm.running = true;
    vm.startedAt = Date.now();
  });
}

/** Switches a machine off, as a task. */
export function stop(cluster: Cluster, given: Given, how: "shutdown" | "stop"): string {
  const vm = vmAt(cluster, given);
  return fork(cluster, { node: vm.node, type: `qm${how}`, id: id(vm) }, async () => {
    checkLock(vm);
    if (vm.running) await cluster.options.guests[how](vm.vmid);
    vm.running = false;
  });
}

/** What a machine does at this moment. */
export function currentStatus(cluster: Cluster, given: Given): Readonly<Record<string, unknown>> {
  const vm = vmAt(cluster, given);
  return {
    vmid: vm.vmid,
    status: vm.running ? "running" : "stopped",
    uptime: vm.running ? Math.floor((Date.now() - vm.startedAt) / 1000) : 0,
    ha: { managed: 0 },
    ...(vm.config["lock"] === undefined ? {} : { lock: vm.config["lock"] }),
  };
}

/** @throws a refusal when the guest agent of a machine cannot be asked */
async function agentOf(cluster: Cluster, given: Given, privilege: string): Promise<Vm> {
  const nine = (cluster.options.version ?? "8.4.5").startsWith("9");
  const path = `/vms/${given["vmid"] ?? ""}`;
  const privileges = nine ? [privilege, "VM.GuestAgent.Unrestricted"] : ["VM.Monitor"];
  if (!may(cluster, path, ...privileges)) {
    throw refuse(403, `Permission check failed (${path}, ${privileges.join("|")})`);
  }
  const vm = vmAt(cluster, given);
  if (!(vm.config["agent"] ?? "").includes("1")) throw refuse(500, "No QEMU guest agent configured");
  if (!vm.running) throw refuse(500, `VM ${id(vm)} is not running`);
  if (!(await cluster.options.guests.agentAnswers(vm.vmid))) throw refuse(500, "QEMU guest agent is not running");
  return vm;
}

/** Asks whether the guest agent is there. */
export async function agentPing(cluster: Cluster, given: Given): Promise<unknown> {
  await agentOf(cluster, given, "VM.GuestAgent.Audit");
  return { result: {} };
}

/** Asks the guest agent for its network interfaces. */
export async function agentInterfaces(cluster: Cluster, given: Given): Promise<unknown> {
  const { vmid } = await agentOf(cluster, given, "VM.GuestAgent.Audit");
  return { result: await cluster.options.guests.interfaces(vmid) };
}

/** Lets the guest agent read a file. */
export async function agentReadFile(cluster: Cluster, given: Given): Promise<unknown> {
  const { vmid } = await agentOf(cluster, given, "VM.GuestAgent.FileRead");
  const path = given["file"] ?? "";
  const content = await cluster.options.guests.readFile(vmid, path);
  if (content === undefined) {
    throw refuse(500, `Agent error: failed to open file '${path}' (mode: 'r'): No such file or directory`);
  }
  return { content, "bytes-read": Buffer.byteLength(content) };
}
