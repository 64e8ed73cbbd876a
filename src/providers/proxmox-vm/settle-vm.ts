import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { Change, ProviderContext } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import type { VmConfig } from "./api/answers.ts";
import { followTask } from "./api/task.ts";
import type { Cluster } from "./cluster.ts";
import type { FoundVm } from "./find-vm.ts";
import { whenUnlocked } from "./unlocked.ts";
import { bootDisk, changedOptions, diskBytes, sizeOf, type Options } from "./vm-config.ts";

type Context = Pick<ProviderContext<ProxmoxVmInputs>, "inputs" | "progress" | "signal">;

/** Options that a running machine takes when it is started the next time. */
const atStart = new Set([
  "cores",
  "sockets",
  "memory",
  "ciuser",
  "sshkeys",
  "ipconfig0",
  "nameserver",
  "net0",
  "agent",
]);

/** What is to be done with a machine that is there. */
export interface Steps {
  readonly options: Options;
  /** The disk to make bigger, and to how many GiB. */
  readonly resize: { readonly disk: string; readonly size: string } | undefined;
  readonly power: "start" | "restart" | "none";
  readonly changes: readonly Change[];
}

function text(value: Options[keyof Options]): string {
  return value === undefined ? "none" : typeof value === "boolean" ? (value ? "1" : "0") : String(value);
}

function optionChanges(config: VmConfig, options: Options, name: string): readonly Change[] {
  return Object.entries(options).map(([option, value]) => {
    const known = option in config;
    // Keys and descriptions are long and say nothing in one line.
    const long = option === "sshkeys" || option === "description";
    const detail = long ? [] : [`${text(config[option])} → ${text(value)}`];
    return { verb: known ? "change" : "add", what: `${option} of virtual machine ${name}`, detail };
  });
}

function refuseShrinking(config: VmConfig, inputs: ProxmoxVmInputs, before: number | undefined): void {
  const { name, size } = inputs;
  const { disk } = sizeOf(config);
  // A template with a disk that is bigger than the policy says is no mistake; a policy that takes away is.
  if (before === undefined || before <= size.disk || disk <= diskBytes(size.disk)) return;
  throw new Failure({
    code: "disk-shrink",
    attempted: "change the size of the machine",
    subject: name,
    found: `its disk has ${String(disk / 1024 ** 3)} GiB and is to have ${String(size.disk)}, and disks cannot become smaller`,
    next: "Give it its old size again, or put the application on a machine of another name and move its data there.",
  });
}

/**
 * Says what is to be done with a machine. Pure.
 * @param config as it would be after a start
 * @param before the size of the disk in GiB that was last wanted
 * @param restart whether an earlier run changed what takes a restart, and died before it
 * @throws Failure `disk-shrink`, `proxmox-no-disk`
 */
export function stepsFor(
  config: VmConfig,
  running: boolean,
  inputs: ProxmoxVmInputs,
  { owner, before, restart }: { readonly owner: Owner; readonly before: number | undefined; readonly restart: boolean },
): Steps {
  refuseShrinking(config, inputs, before);
  const { name, size } = inputs;
  const options = changedOptions(config, inputs, owner);
  const disk = bootDisk(config);
  if (disk === undefined) {
    throw new Failure({
      code: "proxmox-no-disk",
      attempted: "read the configuration of the machine",
      subject: name,
      found: "it has no disk that it could boot from",
      next: "Look at its hardware in Proxmox, and at that of its template.",
    });
  }
  const grows = disk.bytes < diskBytes(size.disk);
  const needsStart = restart || grows || Object.keys(options).some((option) => atStart.has(option));
  const power = running ? (needsStart ? "restart" : "none") : "start";
  return {
    options,
    resize: grows ? { disk: disk.name, size: `${String(size.disk)}G` } : undefined,
    power,
    changes: [
      ...optionChanges(config, options, name),
      ...(grows
        ? [
            {
              verb: "change" as const,
              what: `disk of virtual machine ${name}`,
              detail: [`${String(disk.bytes / 1024 ** 3)} GiB → ${String(size.disk)} GiB`],
            },
          ]
        : []),
      ...(power === "start" ? [{ verb: "start" as const, what: `virtual machine ${name}` }] : []),
      ...(power === "restart"
        ? [
            {
              verb: "restart" as const,
              what: `virtual machine ${name}`,
              detail: ["what changed is in force after a restart"],
            },
          ]
        : []),
    ],
  };
}

/** Shuts a machine down from inside, and never takes its power: it may hold data. */
export async function shutDown(
  cluster: Cluster,
  vm: FoundVm,
  context: Omit<Context, "inputs"> & { readonly name: string },
): Promise<void> {
  const { name, progress, signal } = context;
  const attempt = { attempted: "shut the machine down", subject: name };
  progress("shutdown");
  const place = { node: vm.node, vmid: vm.vmid };
  const upid = await whenUnlocked(() => cluster.call("shutdown", { ...place, timeout: 180 }, attempt, signal), {
    signal,
    locked: (words) => progress("shutdown", { text: words }),
  });
  await followTask(cluster.call, upid, attempt, { signal, limit: 300_000 });
}

/**
 * Does the steps: configures, makes the disk bigger, starts or restarts.
 * @returns whether it was started
 */
export async function settleVm(cluster: Cluster, vm: FoundVm, steps: Steps, context: Context): Promise<boolean> {
  const { inputs, progress, signal } = context;
  const { call } = cluster;
  const place = { node: vm.node, vmid: vm.vmid };
  const subject = inputs.name;
  const unlocked = { signal, locked: (words: string) => progress("wait", { text: words }) };
  if (Object.keys(steps.options).length > 0) {
    progress("configure", { text: Object.keys(steps.options).join(", ") });
    const attempt = { attempted: "configure the machine", subject };
    const upid = await whenUnlocked(() => call("configure", { ...place, ...steps.options }, attempt, signal), unlocked);
    if (typeof upid === "string") await followTask(call, upid, attempt, { signal, limit: 120_000 });
  }
  const { resize } = steps;
  if (resize !== undefined) {
    progress("resize", { text: resize.size });
    const attempt = { attempted: `make its disk ${resize.disk} ${resize.size} big`, subject };
    const upid = await whenUnlocked(() => call("resize", { ...place, ...resize }, attempt, signal), unlocked);
    if (typeof upid === "string") await followTask(call, upid, attempt, { signal });
  }
  if (steps.power === "none") return false;
  if (steps.power === "restart") await shutDown(cluster, vm, { name: subject, progress, signal });
  progress("start");
  const attempt = { attempted: "start the machine", subject };
  try {
    const upid = await whenUnlocked(() => call("start", place, attempt, signal), unlocked);
    await followTask(call, upid, attempt, { signal, limit: 300_000 });
  } catch (error) {
    // A start that a run ordered before it died.
    if (!(error instanceof Failure) || error.code !== "proxmox-already-running") throw error;
  }
  return true;
}
