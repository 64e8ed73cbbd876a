import { refuse, type Cluster } from "./cluster.ts";

const guestAgent9 = ["VM.GuestAgent.Audit", "VM.GuestAgent.FileRead", "VM.GuestAgent.Unrestricted"];

/** Whether a version of Proxmox VE knows a privilege. */
export function knowsPrivilege(cluster: Cluster, privilege: string): boolean {
  const nine = (cluster.options.version ?? "8.4.5").startsWith("9");
  if (privilege === "VM.Monitor") return !nine;
  return nine || !guestAgent9.includes(privilege);
}

function inherited(acl: Readonly<Record<string, readonly string[]>>, path: string): readonly string[] {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const found = acl[at === "" ? "/" : at];
    if (found !== undefined) return found;
    if (at === "" || at === "/") return [];
  }
}

/** The privileges of the token on a path; a machine in a pool also has those of the pool. */
export function privilegesOn(cluster: Cluster, path: string): ReadonlySet<string> {
  const own = inherited(cluster.token.acl, path);
  const vmid = /^\/vms\/(\d+)$/.exec(path)?.[1];
  const pool = vmid === undefined ? undefined : cluster.vms.get(Number(vmid))?.pool;
  const ofPool = pool === undefined ? [] : inherited(cluster.token.acl, `/pool/${pool}`);
  return new Set([...own, ...ofPool].filter((privilege) => knowsPrivilege(cluster, privilege)));
}

/** Tells whether the token has a privilege on a path. */
export function may(cluster: Cluster, path: string, ...anyOf: readonly string[]): boolean {
  const has = privilegesOn(cluster, path);
  return anyOf.some((privilege) => has.has(privilege));
}

/** @throws a refusal in the words of Proxmox VE when one of the privileges is missing */
export function need(cluster: Cluster, path: string, ...all: readonly string[]): void {
  const missing = all.find((privilege) => !may(cluster, path, privilege));
  if (missing !== undefined) throw refuse(403, `Permission check failed (${path}, ${missing})`);
}

/** @throws a refusal in the words of Proxmox VE when all of the privileges are missing */
export function needAny(cluster: Cluster, path: string, ...any: readonly string[]): void {
  if (!may(cluster, path, ...any)) throw refuse(403, `Permission check failed (${path}, ${any.join("|")})`);
}
