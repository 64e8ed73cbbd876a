import type { Owner } from "../../catalogue/components/machine-on-demand.ts";
import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { VmConfig } from "./api/answers.ts";
import type { Parameters } from "./api/calls.ts";
import { isDescribed, sentenceOf, tagsIn, tagsOf } from "./ownership.ts";

/** Options of a machine's configuration, without its place. */
export type Options = Omit<Parameters<"configure">, "node" | "vmid">;

const gibibyte = 1024 ** 3;
const drives = /^(?:scsi|virtio|sata|ide)\d+$/;

function isDisk(value: string | undefined): boolean {
  return value !== undefined && !value.includes("media=cdrom") && !value.startsWith("none");
}

/** The storages that a machine's drives lie on. */
export function storagesOf(config: VmConfig): readonly string[] {
  const found = Object.entries(config).flatMap(([key, value]) => {
    const storage = drives.test(key) ? /^([^:,]+):/.exec(value)?.[1] : undefined;
    return storage === undefined ? [] : [storage];
  });
  return [...new Set(found)];
}

/** Tells whether a machine has the drive through which cloud-init is told what to do. */
export function hasCloudInitDrive(config: VmConfig): boolean {
  return Object.entries(config).some(([key, value]) => drives.test(key) && /cloudinit/.test(value));
}

/** The disk that a machine boots from, and its size in bytes. */
export function bootDisk(config: VmConfig): { readonly name: string; readonly bytes: number } | undefined {
  const order = /order=([^,]+)/.exec(config["boot"] ?? "")?.[1]?.split(";") ?? [];
  const name = [...order, "scsi0", "virtio0", "sata0", "ide0"].find((key) => isDisk(config[key]));
  if (name === undefined) return undefined;
  const [, digits, unit = ""] = /size=(\d+)([KMGT]?)/.exec(config[name] ?? "") ?? [];
  return { name, bytes: Number(digits ?? 0) * 1024 ** ["", "K", "M", "G", "T"].indexOf(unit) };
}

/** How big a machine is by its configuration; the disk in bytes. */
export function sizeOf(config: VmConfig): { readonly cores: number; readonly memory: number; readonly disk: number } {
  const memory = /(?:^|current=)(\d+)/.exec(config["memory"] ?? "512")?.[1] ?? "0";
  return {
    cores: Number(config["cores"] ?? 1) * Number(config["sockets"] ?? 1),
    memory: Number(memory),
    disk: bootDisk(config)?.bytes ?? 0,
  };
}

/** The bytes of a disk that is so many GiB big. */
export function diskBytes(gibibytes: number): number {
  return gibibytes * gibibyte;
}

/** Writes fixed addresses, or that they are asked for, as `ipconfig0` has them. */
export function ipConfig(network: ProxmoxVmInputs["network"]): string {
  if (network === undefined) return "ip=dhcp";
  const four = network.addresses.find((address) => !address.includes(":"));
  const six = network.addresses.find((address) => address.includes(":"));
  const gatewayFour = network.gateways.find((address) => !address.includes(":"));
  const gatewaySix = network.gateways.find((address) => address.includes(":"));
  return [
    ...(four === undefined ? [] : [`ip=${four}`]),
    ...(four === undefined || gatewayFour === undefined ? [] : [`gw=${gatewayFour}`]),
    ...(six === undefined ? [] : [`ip6=${six}`]),
    ...(six === undefined || gatewaySix === undefined ? [] : [`gw6=${gatewaySix}`]),
  ].join(",");
}

/** The network interface: model and hardware address stay those that the copy was given. */
function networkInterface(config: VmConfig, { bridge, vlan, firewall }: ProxmoxVmInputs): string | undefined {
  if (bridge === undefined && vlan === undefined && firewall === undefined) return undefined;
  const now = (config["net0"] ?? "virtio").split(",");
  const changed = { bridge, tag: vlan, firewall: firewall === undefined ? undefined : Number(firewall) };
  const kept = now.filter((part) => {
    const [key = ""] = part.split("=");
    return (changed as Record<string, unknown>)[key] === undefined;
  });
  const added = Object.entries(changed).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${String(value)}`],
  );
  return [...kept, ...added].join(",");
}

/** Proxmox keeps keys as one text that is encoded once more. */
function encodedKeys(keys: readonly string[]): string {
  return encodeURIComponent(keys.join("\n"));
}

function parts(value: string): string {
  return value.split(",").toSorted().join(",");
}

const comparisons: Readonly<Record<string, (one: string, other: string) => boolean>> = {
  sshkeys: (one, other) => decodeURIComponent(one).trim() === decodeURIComponent(other).trim(),
  net0: (one, other) => parts(one) === parts(other),
  agent: (one, other) => one === other || /^(?:enabled=)?1(?:,|$)/.test(one),
  tags: (one, other) => tagsIn(one).toSorted().join() === tagsIn(other).toSorted().join(),
  memory: (one, other) => one.replace("current=", "") === other,
  description: (one, other) => one.trim() === other.trim(),
};

/** What holds when a configuration does not say. */
const defaults: Readonly<Record<string, string>> = { cores: "1", onboot: "0", protection: "0", ciupgrade: "1" };

function isSo(key: string, given: string | undefined, wanted: Options[keyof Options]): boolean {
  const now = given ?? defaults[key];
  if (now === undefined) return wanted === undefined;
  if (typeof wanted === "boolean") return now === (wanted ? "1" : "0");
  return (comparisons[key] ?? Object.is)(now, String(wanted));
}

/**
 * Gives the options of a machine that are to change. An adopted machine keeps its own network, keys and first boot:
 * cloud-init would take it for a new one otherwise, and make it new host keys.
 */
export function changedOptions(config: VmConfig, inputs: ProxmoxVmInputs, owner: Owner): Options {
  const { size, network } = inputs;
  const theirs = tagsIn(config["tags"]);
  const words = (config["description"] ?? "").trim();
  const net0 = networkInterface(config, inputs);
  const sockets = Number(config["sockets"] ?? 1) === 1 ? {} : { sockets: 1 };
  const wanted: Options = {
    cores: size.cores,
    ...sockets,
    memory: String(size.memory),
    agent: "enabled=1",
    onboot: true,
    protection: inputs.protected,
    tags: [...new Set([...theirs, ...tagsOf(inputs, owner)])].toSorted().join(";"),
    ...(isDescribed(config, inputs, owner)
      ? {}
      : { description: [sentenceOf(inputs, owner), words].filter((part) => part !== "").join("\n\n") }),
    ...(inputs.adopt === undefined
      ? {
          ciuser: "root",
          // What a machine installs is the deployer's to say, and needs no way to the internet.
          ciupgrade: false,
          sshkeys: encodedKeys(inputs.authorizedKeys),
          ipconfig0: ipConfig(network),
          ...(network === undefined || network.nameservers.length === 0
            ? {}
            : { nameserver: network.nameservers.join(" ") }),
          ...(net0 === undefined ? {} : { net0 }),
        }
      : {}),
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !isSo(key, config[key], value)));
}
