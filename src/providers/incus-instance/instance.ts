import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import { networkConfig, userData } from "../../catalogue/components/cloud-init.ts";
import type { Owner } from "../../catalogue/components/machine-on-demand.ts";

/** One address of an interface. */
interface InstanceAddress {
  readonly family: string;
  readonly address: string;
  readonly scope: string;
}

/** An instance as the API shows it, with its state: rest-api.md of Incus, `InstanceFull`. */
export interface Instance {
  readonly name: string;
  readonly type: string;
  /** `Running`, `Stopped`, `Frozen`, `Error` … */
  readonly status: string;
  /** The member of the cluster that it is on; `none` where there is no cluster. */
  readonly location: string;
  readonly config: { readonly [key: string]: string };
  readonly devices: { readonly [name: string]: { readonly [key: string]: string } };
  readonly expanded_devices?: { readonly [name: string]: { readonly [key: string]: string } } | undefined;
  readonly profiles: readonly string[];
  readonly state?: {
    readonly network?: {
      readonly [name: string]: { readonly hwaddr: string; readonly addresses: readonly InstanceAddress[] };
    } | null;
  } | null;
}

/** Settings by which our instances are known again, whatever became of the state. */
export const marks = {
  deployment: "user.fediversity.deployment",
  component: "user.fediversity.component",
  /** The public host key that the instance was made with. */
  hostKey: "user.fediversity.host-key",
  /** The image that it was made from, as the environment named it then. */
  image: "user.fediversity.image",
  apart: "user.fediversity.apart",
  /** When it was stopped because it is not wanted any more, ISO 8601; its data is kept. */
  kept: "user.fediversity.kept",
} as const;

/** Whether the member of the cluster that it is on does not answer, so that nothing else is known of it. */
export function isAway({ status, config }: Instance): boolean {
  return status === "Error" && Object.keys(config).length === 0;
}

/** Settings that say how big an instance is. */
export function sizeConfig({ cores, memory }: IncusInstanceInputs["size"]): Instance["config"] {
  return { "limits.cpu": String(cores), "limits.memory": `${String(memory)}MiB` };
}

/** The image as the environment names it, as one word. */
export function imageWord({ image }: IncusInstanceInputs): string {
  return "alias" in image ? image.alias : image.fingerprint;
}

/** The device that is the instance's disk. */
export function rootDevice({ pool, size }: IncusInstanceInputs): Instance["devices"][string] {
  return { type: "disk", path: "/", pool, size: `${String(size.disk)}GiB` };
}

/** The device that is the instance's interface. */
export function nicDevice({ nic }: IncusInstanceInputs): Instance["devices"][string] {
  if ("network" in nic) return { type: "nic", name: "eth0", network: nic.network };
  const vlan = nic.vlan === undefined ? {} : { vlan: String(nic.vlan) };
  return { type: "nic", name: "eth0", nictype: "bridged", parent: nic.parent, ...vlan };
}

/** Settings that make it ours. */
export function ownership({ deployment, component }: Owner, { apart }: IncusInstanceInputs): Instance["config"] {
  const group: Instance["config"] = apart === undefined ? {} : { [marks.apart]: apart };
  return { [marks.deployment]: deployment, [marks.component]: component, ...group };
}

/**
 * The body of the request that makes an instance.
 * @param hostKey the revealed halves of its host key: the body is secret
 */
export function creation(
  owner: Owner,
  inputs: IncusInstanceInputs,
  hostKey: { readonly private: string; readonly public: string },
): object {
  const { name, kind, image, profiles, firstBoot } = inputs;
  // What an interface is called inside is Incus's own choice for virtual machines (instances.md, cloud-init).
  const inside = kind === "container" ? "eth0" : "enp5s0";
  const network: Instance["config"] =
    firstBoot.network === undefined
      ? {}
      : { "cloud-init.network-config": JSON.stringify(networkConfig(firstBoot.network, inside)) };
  return {
    name,
    type: kind,
    source: { type: "image", ...image },
    profiles,
    config: {
      ...inputs.config,
      ...sizeConfig(inputs.size),
      ...ownership(owner, inputs),
      ...network,
      [marks.hostKey]: hostKey.public,
      [marks.image]: imageWord(inputs),
      "cloud-init.user-data": userData(firstBoot, hostKey),
    },
    devices: { root: rootDevice(inputs), eth0: nicDevice(inputs) },
  };
}

/** Finds a component's instance: the one with our marks, or the one that is to be taken over, or the one of its name. */
export function findInstance(
  instances: readonly Instance[],
  { deployment, component }: Owner,
  { name, adopt }: { readonly name: string; readonly adopt?: string | undefined },
): Instance | undefined {
  const ours = instances.find(({ config }) => {
    return config[marks.deployment] === deployment && config[marks.component] === component;
  });
  return ours ?? instances.find((instance) => instance.name === (adopt ?? name));
}

/** The address by which the deployer connects; undefined while the instance has none. */
export function addressOf(instance: Instance, inputs: IncusInstanceInputs): string | undefined {
  const fixed = inputs.firstBoot.network?.addresses[0];
  if (fixed !== undefined) return fixed.replace(/\/.*/, "");
  const hardware = instance.config["volatile.eth0.hwaddr"];
  const interfaces = Object.entries(instance.state?.network ?? {});
  const [, found] =
    interfaces.find(([name, { hwaddr }]) => (hardware === undefined ? name === "eth0" : hwaddr === hardware)) ?? [];
  const global = (found?.addresses ?? []).filter(({ scope }) => scope === "global");
  return (global.find(({ family }) => family === "inet") ?? global[0])?.address;
}
