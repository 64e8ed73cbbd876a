import type { ProxmoxVmInputs } from "../../catalogue/components/proxmox-vm.ts";
import type { SecretReader } from "../../engine/provider.ts";
import { canonicalJson } from "../../model/json.ts";
import { isReference, referencesIn, substitute } from "../../model/reference.ts";
import type { Resource, VmConfig } from "./api/answers.ts";
import type { ApiOptions, Call } from "./api/api.ts";
import type { CallName } from "./api/calls.ts";
import type { Reserved } from "./choose-place.ts";

/** A cluster while a command of the product runs. */
export interface Cluster {
  readonly call: Call;
  /** The cluster's list; one that is a few seconds old will do unless something was changed since or `fresh` is wanted. */
  readonly list: (options: { readonly fresh: boolean }, signal?: AbortSignal) => Promise<readonly Resource[]>;
  /** The configuration of a template, which does not change while a command runs. */
  readonly templateConfig: (template: Resource, signal?: AbortSignal) => Promise<VmConfig>;
  /** Does one thing after the other: who chooses a place and a number must know what was chosen before. */
  readonly inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Places that were chosen, for machines that the list may not show yet. */
  readonly reserved: Map<string, Reserved>;
}

/** Milliseconds in which one list serves all machines of a cluster. */
const listLifetime = 5000;

async function tokenOf({ token }: ProxmoxVmInputs["cluster"], secrets: SecretReader): Promise<string> {
  const { id, secret } = token;
  const values = new Map<string, string>();
  for (const reference of referencesIn(isReference(secret) ? [secret] : secret)) {
    if ("$secret" in reference) values.set(reference.$secret, await secrets.reveal(reference.$secret));
  }
  const value = substitute(secret, (reference) => ("$secret" in reference ? values.get(reference.$secret) : undefined));
  return `${id}=${String(value)}`;
}

/** After these the list is another one. */
const changing: ReadonlySet<CallName> = new Set(["clone", "configure", "resize", "start", "shutdown", "destroy"]);

function openCluster(options: ApiOptions): Cluster {
  let opened: Promise<Call> | undefined;
  // Loaded only where there is such a cluster, for the sake of start-up.
  const api: Call = async (...call) =>
    await (
      await (opened ??= import("./api/api.ts").then((module) => module.openApi(options)))
    )(...call);
  let listed: { readonly at: number; readonly list: Promise<readonly Resource[]> } | undefined;
  const templates = new Map<number, Promise<VmConfig>>();
  let last: Promise<unknown> = Promise.resolve();
  const call: Call = async (name, ...rest) => {
    if (changing.has(name)) listed = undefined;
    try {
      return await api(name, ...rest);
    } finally {
      if (changing.has(name)) listed = undefined;
    }
  };
  return {
    call,
    reserved: new Map(),
    list: ({ fresh }, signal) => {
      if (!fresh && listed !== undefined && performance.now() - listed.at < listLifetime) return listed.list;
      const attempt = { attempted: "list what the cluster has", subject: options.endpoints[0] ?? "" };
      const list = api("resources", {}, attempt, signal);
      const made = { at: performance.now(), list };
      listed = made;
      list.catch(() => {
        if (listed === made) listed = undefined;
      });
      return list;
    },
    templateConfig: ({ vmid = 0, node = "" }, signal) => {
      const attempt = { attempted: "read the template", subject: `VM ${String(vmid)} on ${node}` };
      const found = templates.get(vmid) ?? call("config", { node, vmid }, attempt, signal);
      templates.set(vmid, found);
      found.catch(() => templates.delete(vmid));
      return found;
    },
    inTurn: (work) => {
      const turn = last.then(work, work);
      // Who waits for a turn is not concerned by how the one before ended.
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

/** Gives the cluster of a machine; machines of one cluster share it. */
export type FindCluster = (given: ProxmoxVmInputs["cluster"], secrets: SecretReader) => Cluster;

/** Keeps what is known of clusters while a command of the product runs. */
export function openClusters(options: Pick<ApiOptions, "onCall">): FindCluster {
  const clusters = new Map<string, Cluster>();
  return (given, secrets) => {
    const key = canonicalJson(given);
    let token: Promise<string> | undefined;
    const found =
      clusters.get(key) ??
      openCluster({
        endpoints: given.endpoints,
        trust: given.trust,
        token: () => (token ??= tokenOf(given, secrets)),
        onCall: options.onCall,
      });
    clusters.set(key, found);
    return found;
  };
}
