import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import type { Client } from "./client.ts";
import { type Instance, marks } from "./instance.ts";

/** A member of a cluster as the API shows it: rest-api.md of Incus, `ClusterMember`. */
export interface Member {
  readonly server_name: string;
  /** `Online`, `Offline`, `Evacuated` … */
  readonly status: string;
  readonly groups?: readonly string[] | undefined;
}

/** What the request that makes an instance says about where; nothing leaves it to the cluster. */
export function placedTarget({ target }: IncusInstanceInputs): string | undefined {
  if (target === undefined) return undefined;
  return "member" in target ? target.member : `@${target.group}`;
}

/**
 * Chooses among members for machines that are to be apart: the one with the fewest of the group, then with the fewest
 * instances, then by name.
 * @param promised members that were chosen for others of the group a moment ago and show none yet
 * @returns undefined when no member that may be taken is online
 */
export function chooseApart(
  members: readonly Member[],
  instances: readonly Instance[],
  inputs: IncusInstanceInputs,
  promised: readonly string[],
): string | undefined {
  const { target, apart } = inputs;
  const candidates = members.filter(({ server_name, status, groups = [] }) => {
    if (status !== "Online") return false;
    return target === undefined || ("member" in target ? server_name === target.member : groups.includes(target.group));
  });
  const weight = ({ server_name }: Member): readonly [number, number] => {
    const there = instances.filter(({ location }) => location === server_name);
    const alike = there.filter(({ config }) => apart !== undefined && config[marks.apart] === apart);
    return [alike.length + promised.filter((name) => name === server_name).length, there.length];
  };
  const weighed = candidates.map((member) => ({ name: member.server_name, weight: weight(member) }));
  return weighed.toSorted(
    (a, b) => a.weight[0] - b.weight[0] || a.weight[1] - b.weight[1] || (a.name < b.name ? -1 : 1),
  )[0]?.name;
}

/** Asks for the members of a cluster; none on a server that is no cluster. */
export async function readMembers(client: Client, signal: AbortSignal): Promise<readonly Member[]> {
  const attempted = "list the members of the cluster";
  const { metadata: server } = await client.ask({ method: "GET", path: "/1.0" }, attempted, signal);
  const { environment } = server as { environment: { server_clustered?: boolean } };
  if (environment.server_clustered !== true) return [];
  const { metadata } = await client.ask({ method: "GET", path: "/1.0/cluster/members?recursion=1" }, attempted, signal);
  return metadata as readonly Member[];
}
