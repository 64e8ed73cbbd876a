import type { IncusInstanceInputs } from "../../catalogue/components/incus-instance.ts";
import type { Examination } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { isObject } from "../../model/json.ts";
import type { Following } from "./operation.ts";

const page = "See docs/machine-sources/incus.md.";

/** Asks for something; what the cluster refuses is the answer. */
type Ask = (path: string) => Promise<{ readonly found: unknown } | { readonly refused: string }>;

function asker({ client, signal }: Following): Ask {
  return async (path) => {
    try {
      return { found: (await client.ask({ method: "GET", path }, "examine the cluster", signal)).metadata };
    } catch (error) {
      if (error instanceof Failure && error.code.startsWith("incus-") && error.code !== "incus-unreachable")
        return { refused: error.report.found };
      throw error;
    }
  };
}

function examination(name: string, ok: boolean, text: string, next: string): Examination {
  return { name, ok, text, ...(ok ? {} : { next }) };
}

async function examineImage(ask: Ask, { image, kind }: IncusInstanceInputs, query: string): Promise<Examination> {
  const next = `Import a Debian 13 image with cloud-init, and give it this alias. ${page}`;
  if ("alias" in image) {
    const answer = await ask(`/1.0/images/aliases/${encodeURIComponent(image.alias)}?${query}`);
    if ("refused" in answer) return examination("image", false, `the alias ${image.alias}: ${answer.refused}`, next);
    const type = isObject(answer.found) ? String(answer.found["type"]) : "";
    const found = `the alias ${image.alias} is an image for a ${type}`;
    return examination("image", type === kind, found, `Import one for a ${kind}. ${page}`);
  }
  const answer = await ask(`/1.0/images/${image.fingerprint}?${query}`);
  if ("refused" in answer) return examination("image", false, `${image.fingerprint}: ${answer.refused}`, next);
  return examination("image", true, `${image.fingerprint} is there`, next);
}

async function examinePool(ask: Ask, { pool, size }: IncusInstanceInputs, query: string): Promise<Examination> {
  const path = `/1.0/storage-pools/${encodeURIComponent(pool)}`;
  const there = await ask(`${path}?${query}`);
  const next = `Make the storage pool, or name another as \`pool\`. ${page}`;
  if ("refused" in there) return examination("pool", false, `${pool}: ${there.refused}`, next);
  const status = isObject(there.found) ? String(there.found["status"]) : "";
  if (status !== "Created") return examination("pool", false, `${pool} is ${status.toLowerCase()}`, next);
  const resources = await ask(`${path}/resources?${query}`);
  if ("refused" in resources) return examination("pool", true, `${pool} is there; its space is not shown to us`, next);
  const { found } = resources;
  const space = isObject(found) && isObject(found["space"]) ? found["space"] : {};
  const free = Number(space["total"] ?? 0) - Number(space["used"] ?? 0);
  const text = `${pool} has ${String(Math.floor(free / 1024 ** 3))} GiB free; ${String(size.disk)} GiB are wanted`;
  return examination("pool", free >= size.disk * 1024 ** 3, text, "Enlarge the pool, or choose smaller disks.");
}

async function examineNetwork(ask: Ask, { nic }: IncusInstanceInputs, query: string): Promise<Examination> {
  const name = "network" in nic ? nic.network : nic.parent;
  const answer = await ask(`/1.0/networks/${encodeURIComponent(name)}?${query}`);
  const next = `Make it on every member of the cluster, or name another as \`nic\`. ${page}`;
  if ("refused" in answer) return examination("network", false, `${name}: ${answer.refused}`, next);
  const managed = isObject(answer.found) && answer.found["managed"] === true;
  if ("network" in nic && !managed)
    return examination("network", false, `${name} is not managed by Incus: write nic: { parent: "${name}" }`, next);
  return examination("network", true, `${name} is there`, next);
}

/** What a restricted project must allow for these instances: projects.md of Incus, "Project restrictions". */
function restrictionsOf(inputs: IncusInstanceInputs): Readonly<Record<string, readonly string[]>> {
  return {
    ...("parent" in inputs.nic ? { "restricted.devices.nic": ["allow"] } : {}),
    ...(inputs.target === undefined && inputs.apart === undefined ? {} : { "restricted.cluster.target": ["allow"] }),
    ...(inputs.config["security.privileged"] === "true" ? { "restricted.containers.privilege": ["allow"] } : {}),
    ...(inputs.config["security.nesting"] === "true" ? { "restricted.containers.nesting": ["allow"] } : {}),
  };
}

async function examineProject(ask: Ask, inputs: IncusInstanceInputs): Promise<Examination> {
  const { project } = inputs;
  const answer = await ask(`/1.0/projects/${encodeURIComponent(project)}`);
  const next = `Make the project, and let the deployer's certificate use it. ${page}`;
  if ("refused" in answer) return examination("project", false, `${project}: ${answer.refused}`, next);
  const config = isObject(answer.found) && isObject(answer.found["config"]) ? answer.found["config"] : {};
  if (config["restricted"] !== "true") return examination("project", true, `${project} may be used`, next);
  const missing = Object.entries(restrictionsOf(inputs)).filter(
    ([key, allowed]) => !allowed.includes(String(config[key])),
  );
  if (missing.length === 0)
    return examination("project", true, `${project} may be used, and allows what is wanted`, next);
  const keys = missing.map(([key, [value = ""]]) => `${key}=${value}`).join(" ");
  const text = `${project} is restricted and does not allow: ${missing.map(([key]) => key).join(", ")}`;
  return examination("project", false, text, `An administrator runs: incus project set ${project} ${keys}`);
}

async function examineMembers(ask: Ask, { apart, target }: IncusInstanceInputs): Promise<readonly Examination[]> {
  const answer = await ask("/1.0/cluster/members?recursion=1");
  const next = "Bring the members back, or take them out of the cluster.";
  if ("refused" in answer) {
    if (apart === undefined && target === undefined) return [];
    return [examination("members", false, answer.refused, `Let the deployer see the members of the cluster. ${page}`)];
  }
  const members = answer.found as readonly { readonly server_name: string; readonly status: string }[];
  const away = members.filter(({ status }) => status !== "Online").map(({ server_name }) => server_name);
  const text = away.length === 0 ? `all ${String(members.length)} are online` : `not online: ${away.join(", ")}`;
  return [examination("members", away.length === 0, text, next)];
}

/** Looks whether instances could be made: reachability, trust, the project, the image, storage, the network, members. */
export async function examineCluster(
  following: Following,
  inputs: IncusInstanceInputs,
): Promise<readonly Examination[]> {
  const ask = asker(following);
  const server = await ask("/1.0");
  const about = "found" in server && isObject(server.found) ? server.found : {};
  const environment = isObject(about["environment"]) ? about["environment"] : {};
  const { server_version: version } = environment as { readonly server_version?: string };
  const reached = examination(
    "server",
    true,
    `reachable at ${following.client.server}: Incus ${version ?? "of unknown version"}`,
    page,
  );
  const trusted = about["auth"] === "trusted";
  const trust = examination(
    "trust",
    trusted,
    trusted ? "the deployer's certificate is trusted" : "the deployer's certificate is not trusted",
    `An administrator runs: incus config trust add-certificate FILE --restricted --projects ${inputs.project}`,
  );
  if (!trusted) return [reached, trust];
  const query = `project=${encodeURIComponent(inputs.project)}`;
  const project = await examineProject(ask, inputs);
  const others = await Promise.all([
    examineImage(ask, inputs, query),
    examinePool(ask, inputs, query),
    examineNetwork(ask, inputs, query),
  ]);
  const members = environment["server_clustered"] === true ? await examineMembers(ask, inputs) : [];
  return [reached, trust, project, ...others, ...members];
}
