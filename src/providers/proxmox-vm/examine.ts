import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { Examination } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import type { Resource, VmConfig } from "./api/answers.ts";
import { choosePlace, type Place } from "./choose-place.ts";
import { readTemplates } from "./clone-vm.ts";
import type { Cluster } from "./cluster.ts";
import { missingOf, needsOf } from "./permissions.ts";
import { bootDisk, diskBytes, hasCloudInitDrive, storagesOf } from "./vm-config.ts";

const page = "docs/machine-sources/proxmox.md";

async function examined(name: string, look: () => Promise<Omit<Examination, "name">>): Promise<Examination> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { name, ok: false, text: error.report.found, next: error.report.next };
  }
}

function examineTemplate(place: Place, config: VmConfig): Omit<Examination, "name"> {
  const { vmid, node = "", name = "" } = place.template;
  const lacks = [
    ...(hasCloudInitDrive(config) ? [] : ["no cloud-init drive"]),
    ...(config["net0"] === undefined ? ["no network interface net0"] : []),
    ...(bootDisk(config) === undefined ? ["no disk to boot from"] : []),
  ];
  const text = `${name} is VM ${String(vmid)} on ${node}`;
  if (lacks.length === 0) return { ok: true, text };
  return { ok: false, text: `${text}, and has ${lacks.join(", ")}`, next: `Build it as ${page} says.` };
}

function examineSpace(
  list: readonly Resource[],
  place: Place,
  storage: string,
  needed: number,
): Omit<Examination, "name"> {
  const found = list.find((one) => one.type === "storage" && one.storage === storage && one.node === place.node);
  const { maxdisk = 0, disk = 0 } = found ?? {};
  if (found?.status !== "available") {
    const next =
      "Check its name, that it is enabled on this node and active, and that the token has Datastore.Audit on it.";
    return { ok: false, text: `${storage} is not available on ${place.node}`, next };
  }
  const free = maxdisk - disk;
  const text = `${storage} on ${place.node} has ${(free / 1024 ** 3).toFixed(0)} GiB free`;
  if (free >= needed) return { ok: true, text };
  return {
    ok: false,
    text: `${text}, ${(needed / 1024 ** 3).toFixed(0)} GiB are needed`,
    next: "Free space, or choose another storage.",
  };
}

/** Looks whether machines could be made: reachability, permissions, template, space, network. Changes nothing. */
export async function examineCluster(
  cluster: Cluster,
  inputs: ProxmoxVmInputs,
  signal: AbortSignal,
): Promise<readonly Examination[]> {
  const { call } = cluster;
  const subject = inputs.cluster.endpoints[0] ?? "";
  let version = "";
  const reachable = await examined("Proxmox VE", async () => {
    ({ version } = await call("version", {}, { attempted: "ask for the version", subject }, signal));
    const known = Number.parseInt(version, 10) >= 8;
    const text = `version ${version} answers, and knows the API token`;
    return known ? { ok: true, text } : { ok: false, text, next: "Versions before 8 are not supported." };
  });
  if (version === "") return [reachable];
  const list = await cluster.list({ fresh: false }, signal);
  let place: Place | undefined;
  let config: VmConfig = {};
  const template = await examined("template", async () => {
    const templates = await readTemplates(cluster, list, inputs, signal);
    const chosen = choosePlace(list, inputs, templates, []);
    place = chosen;
    config = templates.find(([one]) => one === chosen.template)?.[1] ?? {};
    return examineTemplate(chosen, config);
  });
  const bridge = inputs.bridge ?? /bridge=([^,]+)/.exec(config["net0"] ?? "")?.[1];
  const storages = inputs.storage === undefined ? storagesOf(config) : [inputs.storage];
  const permissions = await examined("permissions", async () => {
    const attempt = { attempted: "ask what the API token may do", subject };
    const granted = await call("permissions", {}, attempt, signal);
    const found = { template: place?.template.vmid ?? 0, storages, bridge };
    const missing = missingOf(needsOf(inputs, version, found), granted);
    if (missing.length === 0) return { ok: true, text: "the API token has every privilege that is needed" };
    return { ok: false, text: `missing: ${missing.join("; ")}`, next: `Give the token a role that has them: ${page}.` };
  });
  const chosen = place;
  if (chosen === undefined) return [reachable, template, permissions];
  const disk = inputs.clone === "full" ? Math.max(diskBytes(inputs.size.disk), bootDisk(config)?.bytes ?? 0) : 0;
  const space = await Promise.all(
    storages.map((storage) => examined("storage", () => Promise.resolve(examineSpace(list, chosen, storage, disk)))),
  );
  const network = await examined("network", async () => {
    const attempt = { attempted: "list the bridges of the node", subject: chosen.node };
    const bridges = await call("networks", { node: chosen.node, type: "any_bridge" }, attempt, signal);
    const there = bridges.some(({ iface }) => iface === bridge);
    if (there) return { ok: true, text: `bridge ${bridge ?? ""} is there on ${chosen.node}` };
    const names = bridges.map(({ iface }) => iface).join(", ");
    return {
      ok: false,
      text: `${chosen.node} has no bridge ${bridge ?? "at all"}`,
      next: `It has: ${names}. Name one of them in the environment.`,
    };
  });
  return [reachable, template, permissions, ...space, network];
}
