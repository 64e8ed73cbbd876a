import { clone } from "./clone.ts";
import { refuse, type Cluster, type Task } from "./cluster.ts";
import { knowsPrivilege } from "./permissions.ts";
import { agentInterfaces, agentPing, agentReadFile, currentStatus, start, stop } from "./power.ts";
import { listResources } from "./resources.ts";
import { configure, destroy, readConfig, resize } from "./vm.ts";

type Given = Readonly<Record<string, string>>;

function nextId(cluster: Cluster, { vmid }: Given): string {
  if (vmid !== undefined) {
    if (!cluster.vms.has(Number(vmid))) return vmid;
    throw refuse(400, "Parameter verification failed.", { vmid: `VM ${vmid} already exists` });
  }
  for (let id = 100; ; id += 1) if (!cluster.vms.has(id)) return String(id);
}

function permissions(cluster: Cluster): unknown {
  return Object.fromEntries(
    Object.entries(cluster.token.acl).map(([path, privileges]) => [
      path,
      Object.fromEntries(privileges.filter((one) => knowsPrivilege(cluster, one)).map((one) => [one, 1])),
    ]),
  );
}

function taskAt(cluster: Cluster, { upid = "" }: Given): Task {
  const task = cluster.tasks.get(upid);
  if (task === undefined) throw refuse(500, `no such task`);
  return task;
}

function taskStatus(cluster: Cluster, given: Given): unknown {
  const { upid, node, type, exit, user } = taskAt(cluster, given);
  return {
    upid,
    node,
    type,
    user,
    status: exit === undefined ? "running" : "stopped",
    ...(exit === undefined ? {} : { exitstatus: exit }),
  };
}

function taskLog(cluster: Cluster, given: Given): unknown {
  const { log } = taskAt(cluster, given);
  const from = Number(given["start"] ?? 0);
  const lines = log.map((t, at) => ({ n: at + 1, t })).slice(from, from + Number(given["limit"] ?? 50));
  return lines.length === 0 ? [{ n: from + 1, t: "no content" }] : lines;
}

function tasks(cluster: Cluster, { node, source = "archive", typefilter }: Given): unknown {
  return [...cluster.tasks.values()].filter(
    (task) =>
      task.node === node &&
      (typefilter === undefined || task.type === typefilter) &&
      (source === "all" || (source === "active") === (task.exit === undefined)),
  );
}

/** Carries out a call whose parameters and privileges have been checked. */
export function carryOut(cluster: Cluster, call: string, given: Given): unknown {
  switch (call) {
    case "GET /version":
      return { version: cluster.options.version ?? "8.4.5", release: "8.4", repoid: "double" };
    case "GET /access/permissions":
      return permissions(cluster);
    case "GET /cluster/resources":
      return listResources(cluster, given["type"]);
    case "GET /cluster/nextid":
      return nextId(cluster, given);
    case "GET /nodes/{node}/network":
      return cluster.options.bridges.map((iface) => ({ iface, type: "bridge", active: 1 }));
    case "GET /nodes/{node}/tasks":
      return tasks(cluster, given);
    case "GET /nodes/{node}/tasks/{upid}/status":
      return taskStatus(cluster, given);
    case "GET /nodes/{node}/tasks/{upid}/log":
      return taskLog(cluster, given);
    case "GET /nodes/{node}/qemu/{vmid}/config":
      return readConfig(cluster, given);
    case "POST /nodes/{node}/qemu/{vmid}/config":
      return configure(cluster, given);
    case "GET /nodes/{node}/qemu/{vmid}/status/current":
      return currentStatus(cluster, given);
    case "POST /nodes/{node}/qemu/{vmid}/status/start":
      return start(cluster, given);
    case "POST /nodes/{node}/qemu/{vmid}/status/stop":
      return stop(cluster, given, "stop");
    case "POST /nodes/{node}/qemu/{vmid}/status/shutdown":
      return stop(cluster, given, "shutdown");
    case "POST /nodes/{node}/qemu/{vmid}/clone":
      return clone(cluster, given);
    case "PUT /nodes/{node}/qemu/{vmid}/resize":
      return resize(cluster, given);
    case "DELETE /nodes/{node}/qemu/{vmid}":
      return destroy(cluster, given);
    case "POST /nodes/{node}/qemu/{vmid}/agent/ping":
      return agentPing(cluster, given);
    case "GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces":
      return agentInterfaces(cluster, given);
    case "GET /nodes/{node}/qemu/{vmid}/agent/file-read":
      return agentReadFile(cluster, given);
    default:
      throw refuse(501, `Method '${call}' not implemented`);
  }
}
