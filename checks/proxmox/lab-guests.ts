import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureBaseImage } from "../../src/providers/local-machine/base-image.ts";
import { createMachine } from "../../src/providers/local-machine/create-machine.ts";
import { execInMachine } from "../../src/providers/local-machine/exec-in-machine.ts";
import { machineState } from "../../src/providers/local-machine/find-machine.ts";
import type { LocalMachine } from "../../src/providers/local-machine/machine-record.ts";
import { bootMachine } from "../../src/providers/local-machine/start-machine.ts";
import { killMachine, removeMachine, stopMachine } from "../../src/providers/local-machine/stop-machine.ts";
import { hostAddress } from "../../src/providers/local-machine/subnet.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import type { GuestInterface, Guests, GuestSpec } from "../doubles/proxmox/guests.ts";
import { defaultCache, type Lab } from "../driver/lab.ts";
import { writeCloudInitDrive } from "./cloud-init-drive.ts";

/** The packages in the template's disk, besides systemd and the SSH server. */
const templatePackages = ["cloud-init"];

/**
 * Files of the template: the drive is where NoCloud looks, and the lab's own network stays as its DHCP gave it. Nobody reads
 * the console of the lab's machines, and who writes to a full one waits for ever.
 */
const templateFiles = [
  {
    path: "/etc/cloud/cloud.cfg.d/90-template.cfg",
    content: [
      "datasource_list: [NoCloud]",
      "network: {config: disabled}",
      'output: {all: ">> /var/log/cloud-init-output.log"}',
      "ssh: {emit_keys_to_console: false}",
      "",
    ].join("\n"),
  },
  { path: "/etc/systemd/system.conf.d/quiet.conf", content: "[Manager]\nShowStatus=no\n" },
];

/** Guests of the double as machines of the lab, which check programs can look into. */
export interface LabGuests extends Guests {
  readonly machine: (vmid: number) => LocalMachine;
  /** Runs a command in a guest, whatever its network. */
  readonly execute: (vmid: number, argv: readonly string[]) => Promise<RunResult>;
  /** The numbers of the guests that have a disk. */
  readonly disks: () => readonly number[];
}

interface IpAddress {
  readonly ifname: string;
  readonly addr_info: readonly { readonly local: string; readonly family: string }[];
}

/** The address by which a guest is reached: the fixed one, or one that the lab has for its number. */
function addressOf(lab: Lab, { vmid, config }: GuestSpec): string {
  return /(?:^|,)ip=([\d.]+)\//.exec(config["ipconfig0"] ?? "")?.[1] ?? hostAddress(lab.network.subnet, vmid);
}

/** Boots a real machine where Proxmox VE would boot a virtual one, with real cloud-init in it. */
export function labGuests(lab: Lab): LabGuests {
  const known = new Map<number, { readonly machine: LocalMachine; readonly spec: GuestSpec }>();
  const folderOf = (vmid: number): string => join(lab.folder, "machines", `vm-${String(vmid)}`);
  const guest = (vmid: number): { readonly machine: LocalMachine; readonly spec: GuestSpec } => {
    const found = known.get(vmid);
    if (found === undefined) throw new Error(`VM ${String(vmid)} has never been started`);
    return found;
  };
  const execute = (vmid: number, argv: readonly string[]): Promise<RunResult> =>
    execInMachine(guest(vmid).machine, argv, { timeout: 30_000 });
  return {
    execute,
    machine: (vmid) => guest(vmid).machine,
    disks: () => [...known.keys()],
    async start(spec) {
      const { vmid, name } = spec;
      const drive = join(lab.folder, "drives", String(vmid));
      await mkdir(drive, { recursive: true });
      await writeCloudInitDrive(drive, spec);
      const machine = await createMachine({
        name,
        address: addressOf(lab, spec),
        image: await ensureBaseImage({ cache: defaultCache, packages: templatePackages }),
        network: lab.network,
        folder: folderOf(vmid),
        authorizedKeys: [],
        files: templateFiles,
        binds: [{ source: drive, target: "/var/lib/cloud/seed/nocloud", readOnly: true }],
      });
      known.set(vmid, { machine, spec });
      await bootMachine(machine);
    },
    shutdown: (vmid) => stopMachine(guest(vmid).machine, 60_000),
    stop: (vmid) => killMachine(guest(vmid).machine),
    async remove(vmid) {
      const found = known.get(vmid);
      if (found !== undefined) await removeMachine(found.machine);
      known.delete(vmid);
    },
    async agentAnswers(vmid) {
      const state = await machineState(guest(vmid).machine);
      if (state.kind === "stopped" || state.leader === undefined) return false;
      return (await execute(vmid, ["systemctl", "is-active", "--quiet", "basic.target"])).code === 0;
    },
    async interfaces(vmid) {
      const { stdout } = await execute(vmid, ["ip", "-j", "address", "show"]);
      const hardware = /[0-9A-F]{2}(?::[0-9A-F]{2}){5}/i.exec(guest(vmid).spec.config["net0"] ?? "")?.[0] ?? "";
      return (JSON.parse(stdout) as IpAddress[]).map(({ ifname, addr_info }): GuestInterface => ({
        name: ifname,
        // The hardware address that the cluster gave its network interface.
        "hardware-address": ifname === "host0" ? hardware.toLowerCase() : "00:00:00:00:00:00",
        "ip-addresses": addr_info.map(({ local, family }) => ({
          "ip-address": local,
          "ip-address-type": family === "inet6" ? "ipv6" : "ipv4",
        })),
      }));
    },
    async readFile(vmid, path) {
      const { code, stdout } = await execute(vmid, ["cat", "--", path]);
      return code === 0 ? stdout : undefined;
    },
  };
}
