import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import { Failure } from "../../model/failure.ts";
import { nearest } from "../../model/nearest.ts";
import type { Resource, VmConfig } from "./api/answers.ts";
import { hasTag, tagOfGroup } from "./ownership.ts";
import { storagesOf } from "./vm-config.ts";

/** A place that was chosen for a machine which the list may not show yet. */
export interface Reserved {
  readonly node: string;
  readonly vmid: number;
  /** Bytes. */
  readonly memory: number;
  readonly apart?: string | undefined;
}

/** Where a machine is made, and out of what. */
export interface Place {
  readonly template: Resource;
  readonly node: string;
}

type Wanted = Pick<ProxmoxVmInputs, "name" | "template" | "nodes" | "storage" | "apart" | "size">;

function unfit({ name }: Wanted, found: string, next: string): Failure {
  return new Failure({
    code: "proxmox-no-place",
    attempted: "choose where to make the machine",
    subject: name,
    found,
    next,
  });
}

/**
 * Gives the templates of the name or number, one per node at most.
 * @throws Failure `proxmox-template` when there is none
 */
export function templatesOf(list: readonly Resource[], wanted: Wanted): readonly Resource[] {
  const { template } = wanted;
  const all = list.filter((one) => one.type === "qemu" && one.template === true);
  const found = all.filter(({ name, vmid }) => (typeof template === "number" ? vmid === template : name === template));
  if (found.length > 0) return found;
  const names = [...new Set(all.map(({ name = "", vmid }) => (name === "" ? String(vmid) : name)))].toSorted();
  const near = nearest(String(template), names);
  const kind = typeof template === "number" ? "number" : "name";
  const offline = list
    .filter(({ type, status }) => type === "node" && status === "offline")
    .map(({ node = "" }) => node);
  throw new Failure({
    code: "proxmox-template",
    attempted: "find the template for new machines",
    subject: `template ${String(template)}`,
    found: [
      `the API token sees no template of this ${kind}`,
      ...(near === undefined ? [] : [`is "${near}" meant?`]),
      // What is on a node that is down loses its name in the list after a while.
      ...(offline.length === 0
        ? []
        : [`${offline.join(", ")} is offline, and what is there may have no name in the list`]),
    ].join("; "),
    next: "Make it as docs/machine-sources/proxmox.md says, or give the token VM.Audit and VM.Clone on it.",
    details: names.length === 0 ? ["it sees no template at all"] : [`it sees: ${names.join(", ")}`],
  });
}

function isShared(list: readonly Resource[], storage: string): boolean {
  return list.some((one) => one.type === "storage" && one.storage === storage && one.shared === true);
}

/** The nodes to which a template can be copied: others than its own only when everything lies on shared storage. */
function reachable(list: readonly Resource[], template: Resource, config: VmConfig, wanted: Wanted): readonly string[] {
  const storages = [...storagesOf(config), ...(wanted.storage === undefined ? [] : [wanted.storage])];
  const nodes = list.filter(({ type }) => type === "node").map(({ node = "" }) => node);
  return storages.every((storage) => isShared(list, storage)) ? nodes : [template.node ?? ""];
}

/**
 * Chooses the place of a new machine: of the nodes that the policy allows and that run, one that has none of the
 * machines that it is kept apart from, as far as there is one, and of these the one with the most free memory.
 * @param templates with their configuration, as {@link templatesOf} found them
 * @throws Failure `proxmox-no-place`
 */
export function choosePlace(
  list: readonly Resource[],
  wanted: Wanted,
  templates: readonly (readonly [Resource, VmConfig])[],
  reserved: readonly Reserved[],
): Place {
  const online = new Map(
    list.filter(({ type, status }) => type === "node" && status === "online").map((one) => [one.node ?? "", one]),
  );
  const places = templates
    .filter(([template]) => online.has(template.node ?? ""))
    .flatMap(([template, config]) => reachable(list, template, config, wanted).map((node) => ({ template, node })));
  const running = places.filter(({ node }) => online.has(node));
  const allowed = running.filter(({ node }) => wanted.nodes?.includes(node) ?? true);
  const [first] = allowed;
  if (first === undefined) {
    const where = [...new Set(running.map(({ node }) => node))].join(", ");
    throw unfit(
      wanted,
      running.length === 0
        ? "no node that has the template, or can reach its storage, is online"
        : `the template can be copied to ${where}, and the policy "nodes" allows ${wanted.nodes?.join(", ") ?? "none"}`,
      "Bring a node back, put the template on shared storage, or make one of the same name on each node.",
    );
  }
  const group = wanted.apart === undefined ? undefined : tagOfGroup(wanted.apart);
  const waiting = reserved.filter(({ vmid }) => !list.some((one) => one.vmid === vmid && one.status === "running"));
  const rank = ({ node, template }: Place): readonly number[] => {
    const { maxmem = 0, mem = 0 } = online.get(node) ?? {};
    const neighbours =
      group === undefined
        ? 0
        : new Set([
            ...list.filter((one) => one.node === node && hasTag(one, group)).map(({ vmid }) => vmid),
            ...reserved.filter((one) => one.node === node && one.apart === wanted.apart).map(({ vmid }) => vmid),
          ]).size;
    const promised = waiting.filter((one) => one.node === node).reduce((sum, { memory }) => sum + memory, 0);
    // Copying within a node is shorter than to another one.
    return [neighbours, -(maxmem - mem - promised), template.node === node ? 0 : 1];
  };
  const better = (a: Place, b: Place): boolean => {
    const [one, other] = [rank(a), rank(b)];
    const at = one.findIndex((value, index) => value !== other[index]);
    return at !== -1 && (one[at] ?? 0) < (other[at] ?? 0);
  };
  return allowed.reduce((best, place) => (better(place, best) ? place : best), first);
}
