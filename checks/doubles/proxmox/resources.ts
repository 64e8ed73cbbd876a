import type { Cluster, Vm } from "./cluster.ts";
import { may } from "./permissions.ts";

/** The bytes of a size such as `10G`. */
export function bytesOf(size: string): number {
  const [, digits = "0", unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size) ?? [];
  return Number(digits) * 1024 ** ["", "K", "M", "G", "T"].indexOf(unit);
}

/** The bytes of a machine's first disk. */
export function diskOf({ config }: Vm): number {
  return bytesOf(/size=(\w+)/.exec(config["scsi0"] ?? "")?.[1] ?? "0");
}

type Seen = Readonly<Record<string, unknown>>;
const statistics = new WeakMap<Cluster, { at: number; byVm: ReadonlyMap<number, Seen> }>();

/** Lets pvestatd look again at once. */
export function lookAgain(cluster: Cluster): void {
  statistics.delete(cluster);
}

/** What pvestatd saw when it last looked: not what is so now. */
function seenOf(cluster: Cluster): ReadonlyMap<number, Seen> {
  const known = statistics.get(cluster);
  const interval = cluster.options.statisticsInterval ?? 0;
  if (known !== undefined && performance.now() - known.at < interval) return known.byVm;
  const byVm = new Map(
    [...cluster.vms.values()]
      .filter(({ node }) => !cluster.down.has(node))
      .map((vm): [number, Seen] => [
        vm.vmid,
        {
          name: vm.config["name"] ?? `VM ${String(vm.vmid)}`,
          status: vm.running ? "running" : "stopped",
          template: Number(vm.config["template"] ?? 0),
          maxcpu: Number(vm.config["cores"] ?? 1) * Number(vm.config["sockets"] ?? 1),
          maxmem: Number(vm.config["memory"] ?? 512) * 1024 ** 2,
          maxdisk: diskOf(vm),
          uptime: vm.running ? Math.floor((Date.now() - vm.startedAt) / 1000) : 0,
        },
      ]),
  );
  statistics.set(cluster, { at: performance.now(), byVm });
  return byVm;
}

function vmsOf(cluster: Cluster): readonly unknown[] {
  const seen = seenOf(cluster);
  return [...cluster.vms.values()]
    .filter(({ vmid }) => may(cluster, `/vms/${String(vmid)}`, "VM.Audit"))
    .map(({ vmid, node, config, pool }) => ({
      id: `qemu/${String(vmid)}`,
      type: "qemu",
      vmid,
      node,
      status: "unknown",
      ...(cluster.down.has(node) ? {} : seen.get(vmid)),
      // Lock and tags come from the configuration itself.
      ...(config["lock"] === undefined ? {} : { lock: config["lock"] }),
      ...(config["tags"] === undefined ? {} : { tags: config["tags"] }),
      ...(pool !== undefined && may(cluster, `/pool/${pool}`, "Pool.Audit") ? { pool } : {}),
    }));
}

function nodesOf(cluster: Cluster): readonly unknown[] {
  return Object.entries(cluster.options.nodes).map(([node, maxmem]) => {
    const there = !cluster.down.has(node);
    const running = [...cluster.vms.values()].filter((vm) => vm.running && vm.node === node);
    const mem = running.reduce((sum, { config }) => sum + Number(config["memory"]) * 1024 ** 2, 0);
    const figures = may(cluster, `/nodes/${node}`, "Sys.Audit") ? { maxmem, ...(there ? { mem } : {}) } : {};
    return { id: `node/${node}`, type: "node", node, status: there ? "online" : "offline", ...figures };
  });
}

function storagesOf(cluster: Cluster): readonly unknown[] {
  return [...cluster.storages]
    .filter(([storage]) => may(cluster, `/storage/${storage}`, "Datastore.Audit"))
    .flatMap(([storage, { shared, total, used }]) =>
      Object.keys(cluster.options.nodes).map((node) => ({
        id: `storage/${node}/${storage}`,
        type: "storage",
        storage,
        node,
        shared: shared ? 1 : 0,
        content: "images,rootdir",
        plugintype: "zfspool",
        ...(cluster.down.has(node) ? { status: "unknown" } : { status: "available", maxdisk: total, disk: used }),
      })),
    );
}

/** The cluster's list, as far as the token may see it. */
export function listResources(cluster: Cluster, type: string | undefined): readonly unknown[] {
  return [
    ...(type === undefined || type === "vm" ? vmsOf(cluster) : []),
    ...(type === undefined || type === "node" ? nodesOf(cluster) : []),
    ...(type === undefined || type === "storage" ? storagesOf(cluster) : []),
  ];
}
