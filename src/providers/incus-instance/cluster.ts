import type { IncusInstanceInputs, IncusServer } from "../../catalogue/components/incus-instance.ts";
import type { SecretReader } from "../../engine/provider.ts";
import { Failure } from "../../model/failure.ts";
import { canonicalJson, isObject } from "../../model/json.ts";
import { isReference } from "../../model/reference.ts";
import type { Client } from "./client.ts";
import type { Instance } from "./instance.ts";

/** What a provider's call is made with, as far as it concerns the cluster. */
export interface Calling {
  readonly secrets: SecretReader;
  readonly signal: AbortSignal;
}

/** Clusters by how they are reached, and what they said in each run. */
export interface Clusters {
  client(server: IncusServer, calling: Calling): Promise<Client>;
  /** All instances of a project: asked for once in a run, whoever wants to know and however often. */
  instances(inputs: IncusInstanceInputs, calling: Calling): Promise<readonly Instance[]>;
}

async function textOf(value: unknown, { secrets }: Calling): Promise<string> {
  return isReference(value) && "$secret" in value ? await secrets.reveal(value.$secret) : String(value);
}

/** Keeps connections to clusters, and the answers of a run. */
export function openClusters(): Clusters {
  const clients = new Map<string, Promise<Client>>();
  // A run's signal is its own: what was asked in one run says nothing for another.
  const lists = new WeakMap<AbortSignal, Map<string, Promise<readonly Instance[]>>>();

  const client: Clusters["client"] = (server, calling) => {
    const key = canonicalJson(server);
    const known = clients.get(key);
    if (known !== undefined) return known;
    const { addresses, fingerprint, ca } = server;
    const opened = (async () => {
      // Loaded only where there is a cluster, for the sake of start-up.
      const [{ openClient }, certificate, privateKey] = await Promise.all([
        import("./client.ts"),
        textOf(server.certificate, calling),
        textOf(server.key, calling),
      ]);
      return openClient(addresses, { fingerprint, ca, certificate, key: privateKey });
    })();
    clients.set(key, opened);
    return opened;
  };

  return {
    client,
    instances({ server, project }, calling) {
      const key = canonicalJson({ server, project });
      const inRun = lists.get(calling.signal) ?? new Map<string, Promise<readonly Instance[]>>();
      lists.set(calling.signal, inRun);
      const known = inRun.get(key);
      if (known !== undefined) return known;
      const listed = (async () => {
        const path = `/1.0/instances?recursion=2&project=${encodeURIComponent(project)}`;
        const asked = await client(server, calling);
        const { metadata } = await asked.ask({ method: "GET", path }, "list the instances", calling.signal);
        // Of those on a member that does not answer the others know the name and the place, and nothing else.
        return (metadata as readonly Partial<Instance>[]).map((one) => {
          const { config, devices, profiles } = one;
          return { ...(one as Instance), config: config ?? {}, devices: devices ?? {}, profiles: profiles ?? [] };
        });
      })();
      inRun.set(key, listed);
      return listed;
    },
  };
}

/** Path of an instance in the API, with its project and whatever else the query says. */
export function instancePath(
  name: string,
  project: string,
  below = "",
  query: Readonly<Record<string, string>> = {},
): string {
  const search = new URLSearchParams({ project, ...query });
  return `/1.0/instances/${encodeURIComponent(name)}${below}?${search.toString()}`;
}

/** Asks for one instance as it is now; undefined when it is not there. */
export async function readInstance(
  client: Client,
  { name, project }: { readonly name: string; readonly project: string },
  signal: AbortSignal,
): Promise<Instance | undefined> {
  try {
    const path = instancePath(name, project, "", { recursion: "1" });
    const { metadata } = await client.ask({ method: "GET", path }, `read the instance ${name}`, signal);
    return isObject(metadata) ? (metadata as unknown as Instance) : undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === "incus-not-found") return undefined;
    throw error;
  }
}
