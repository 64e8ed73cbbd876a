/** A virtual machine as those who run it need to know it. */
export interface GuestSpec {
  readonly vmid: number;
  readonly name: string;
  /** The options of its configuration that are in force: cores, memory, net0, ciuser, sshkeys and so on. */
  readonly config: Readonly<Record<string, string>>;
}

/** A network interface as `guest-network-get-interfaces` of the QEMU guest agent gives it. */
export interface GuestInterface {
  readonly name: string;
  readonly "hardware-address"?: string;
  readonly "ip-addresses"?: readonly { readonly "ip-address": string; readonly "ip-address-type": "ipv4" | "ipv6" }[];
}

/** What runs the virtual machines that the double is asked for. */
export interface Guests {
  readonly start: (guest: GuestSpec) => Promise<void>;
  /** Shuts it down from inside. */
  readonly shutdown: (vmid: number) => Promise<void>;
  /** Takes its power. */
  readonly stop: (vmid: number) => Promise<void>;
  /** Deletes its disk. */
  readonly remove: (vmid: number) => Promise<void>;
  /** Whether the guest agent inside answers. */
  readonly agentAnswers: (vmid: number) => Promise<boolean>;
  readonly interfaces: (vmid: number) => Promise<readonly GuestInterface[]>;
  /** A file inside; undefined when there is none. */
  readonly readFile: (vmid: number, path: string) => Promise<string | undefined>;
}

/** Guests that are nothing but what is told of them, for tests of the API alone. */
export function imaginaryGuests(): Guests & { readonly running: ReadonlyMap<number, GuestSpec>; boots: number } {
  const running = new Map<number, GuestSpec>();
  const disks = new Map<number, string>();
  const guests = {
    running,
    boots: 0,
    start: (guest: GuestSpec) => {
      guests.boots += 1;
      running.set(guest.vmid, guest);
      // cloud-init makes host keys at the first boot.
      if (!disks.has(guest.vmid))
        disks.set(guest.vmid, `ssh-ed25519 ${btoa(`key of ${String(guest.vmid)}`)} root@host`);
      return Promise.resolve();
    },
    shutdown: (vmid: number) => Promise.resolve(void running.delete(vmid)),
    stop: (vmid: number) => Promise.resolve(void running.delete(vmid)),
    remove: (vmid: number) => Promise.resolve(void disks.delete(vmid)),
    agentAnswers: (vmid: number) => Promise.resolve(running.has(vmid)),
    interfaces: (vmid: number) => {
      const hardware = /[0-9A-F]{2}(?::[0-9A-F]{2}){5}/i.exec(running.get(vmid)?.config["net0"] ?? "")?.[0] ?? "";
      const fixed = /ip=([\d.]+)\//.exec(running.get(vmid)?.config["ipconfig0"] ?? "")?.[1];
      return Promise.resolve([
        { name: "lo", "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4" as const }] },
        {
          name: "eth0",
          "hardware-address": hardware.toLowerCase(),
          "ip-addresses": [
            { "ip-address": "fe80::1", "ip-address-type": "ipv6" as const },
            { "ip-address": fixed ?? `192.0.2.${String(vmid % 250)}`, "ip-address-type": "ipv4" as const },
          ],
        },
      ]);
    },
    readFile: (vmid: number, path: string) =>
      Promise.resolve(
        path === "/run/cloud-init/result.json"
          ? '{"v1": {"datasource": "DataSourceNoCloud", "errors": []}}'
          : path === "/etc/ssh/ssh_host_ed25519_key.pub"
            ? disks.get(vmid)
            : undefined,
      ),
  };
  return guests;
}
