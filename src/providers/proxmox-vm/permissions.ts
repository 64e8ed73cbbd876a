import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";

/** Privileges that the API token needs on one of some paths. */
export interface Need {
  /** Any of them will do; the first is the usual one. */
  readonly paths: readonly string[];
  readonly privileges: readonly string[];
  readonly why: string;
}

/** Whether a version of Proxmox VE has privileges of their own for the guest agent. */
function hasAgentPrivileges(version: string): boolean {
  return Number.parseInt(version, 10) >= 9;
}

/**
 * Lists what the token must be allowed. Proxmox VE 9 has no VM.Monitor any more, and privileges for the guest agent
 * in its place.
 * @param found what is known of the template: its number, the storages of its copies, its bridge
 */
export function needsOf(
  inputs: Pick<ProxmoxVmInputs, "pool">,
  version: string,
  found: { readonly template: number; readonly storages: readonly string[]; readonly bridge: string | undefined },
): readonly Need[] {
  const machines = ["/vms", ...(inputs.pool === undefined ? [] : [`/pool/${inputs.pool}`])];
  const agent = hasAgentPrivileges(version) ? ["VM.GuestAgent.Audit", "VM.GuestAgent.FileRead"] : ["VM.Monitor"];
  const config = ["CPU", "Memory", "Disk", "Network", "Options", "Cloudinit"].map((what) => `VM.Config.${what}`);
  return [
    {
      paths: [`/vms/${String(found.template)}`, ...machines.slice(1)],
      privileges: ["VM.Audit", "VM.Clone"],
      why: "copy the template",
    },
    { paths: machines, privileges: ["VM.Allocate", "VM.Audit"], why: "make and remove machines" },
    { paths: machines, privileges: config, why: "configure machines" },
    { paths: machines, privileges: ["VM.PowerMgmt"], why: "start and stop machines" },
    { paths: machines, privileges: agent, why: "read addresses and host keys" },
    ...found.storages.map((storage) => ({
      paths: [`/storage/${storage}`],
      privileges: ["Datastore.AllocateSpace", "Datastore.Audit"],
      why: "make disks",
    })),
    ...(found.bridge === undefined
      ? []
      : [{ paths: [`/sdn/zones/localnetwork/${found.bridge}`], privileges: ["SDN.Use"], why: "use the bridge" }]),
    { paths: ["/nodes"], privileges: ["Sys.Audit"], why: "see how much memory nodes have free, and their bridges" },
    ...(inputs.pool === undefined
      ? []
      : [{ paths: [`/pool/${inputs.pool}`], privileges: ["Pool.Audit"], why: "see the pool" }]),
  ];
}

/** What `/access/permissions` answers: privileges by path. */
export type Granted = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The privileges that hold on a path: those of the deepest path above it that has any. */
function grantedOn(granted: Granted, path: string): Readonly<Record<string, unknown>> {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = granted[at === "" ? "/" : at];
    if (found !== undefined) return found;
    if (at === "") return {};
  }
}

/** Lists what is missing, a line per privilege and path. */
export function missingOf(needs: readonly Need[], granted: Granted): readonly string[] {
  return needs.flatMap(({ paths, privileges, why }) =>
    privileges
      .filter((privilege) => !paths.some((path) => grantedOn(granted, path)[privilege] !== undefined))
      .map((privilege) => `${privilege} on ${paths.join(" or ")} (${why})`),
  );
}
