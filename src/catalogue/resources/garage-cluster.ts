import { z } from "zod";
import { canonicalJson } from "../../model/json.ts";
import { Failure } from "../../model/failure.ts";
import { join, output, secret, text, type Text } from "../../model/reference.ts";
import type { MachineHandle, PlacedRequest } from "../../model/resource.ts";
import type { SecretDeclaration } from "../../model/secret.ts";
import type { SystemInput } from "../../system/system.ts";
import { machine as machineType } from "../components/machine.ts";
import { ownFile } from "../own-file.ts";
import {
  garageConfiguration as configuration,
  garageFolder,
  garagePorts,
  garageSandbox,
  garageServer,
  garageUser,
  type GarageServer,
  withPort,
} from "./garage-server.ts";
import { mergeParts } from "./merge-parts.ts";
import { restrictedPort } from "./restricted-port.ts";

const NodeName = z
  .string()
  .max(63)
  .regex(/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/, "expected the name of a machine");

const GarageNode = z.strictObject({
  capacity: z.int().min(1_000_000).optional().describe("Bytes that it may store; the policy's when not given"),
  zone: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/)
    .optional()
    .describe("What fails together, such as a room; copies lie in different zones; its own name when not given"),
  state: z
    .enum(["here", "leaving", "lost"])
    .default("here")
    .describe("`leaving`: its objects move to the others; `lost`: it does not come back, and is not deployed to"),
});

/** What a policy says of several machines. */
export const clusterPolicy = {
  nodes: z
    .record(NodeName, GarageNode)
    .optional()
    .describe("The machines that hold objects, by name; the placement's one alone when not given"),
  replication: z.int().min(1).max(7).default(1).describe("Copies of each object, on as many machines"),
  consistency: z
    .enum(["consistent", "degraded", "dangerous"])
    .default("consistent")
    .describe("What is given up so that objects are read and written with fewer machines: Garage's consistency_mode"),
};
const ClusterPolicy = z.strictObject(clusterPolicy);
type ClusterPolicy = z.output<typeof ClusterPolicy>;

/** What is wrong with the numbers of a policy, if anything. */
export function clusterProblem({ nodes, replication }: Omit<ClusterPolicy, "consistency">): string | undefined {
  if (nodes === undefined && replication === 1) return undefined;
  const storing = Object.values(nodes ?? {}).filter(({ state }) => state === "here").length;
  if (storing >= replication) return undefined;
  const copies = `expected at least ${String(replication)} nodes that are neither leaving nor lost, one for each copy`;
  return `${copies}; there ${storing === 1 ? "is" : "are"} ${String(storing)}`;
}

interface ClusterNode {
  readonly name: string;
  readonly zone: string;
  /** Bytes; null where it stores nothing and only answers. */
  readonly capacity: number | null;
  readonly state: "here" | "leaving" | "lost";
  /** Where the others reach it; undefined when it is lost. */
  readonly address: Text | undefined;
  /** The same for the entry. */
  readonly fromEntry: Text | undefined;
}

/** Several Garages that keep objects together, entered at one of them. */
export interface Cluster {
  readonly entry: string;
  readonly nodes: readonly ClusterNode[];
  readonly replication: number;
  readonly consistency: ClusterPolicy["consistency"];
}

/**
 * Makes of a policy what the machines are to be. The entry is the machine of the placement: one of the nodes, or another
 * one, which then stores nothing. Gives nothing where the policy names no nodes.
 * @throws Failure `entry-lost`
 */
export function clusterOf(
  { nodes, replication, consistency, capacity }: ClusterPolicy & { readonly capacity: number },
  machine: MachineHandle,
  machineNamed: (name: string) => MachineHandle,
  requests: readonly Pick<PlacedRequest<unknown>, "from">[],
): Cluster | undefined {
  if (nodes === undefined) return undefined;
  if (nodes[machine.name]?.state === "lost") {
    throw new Failure({
      code: "entry-lost",
      attempted: "place requests on machines",
      subject: `machine ${machine.name}`,
      found: "the placement puts object-storage on it, and the policy says that it is lost",
      next: "Let the placement give another of the nodes for the resource object-storage.",
    });
  }
  const named = { [machine.name]: { state: "leaving" as const, zone: undefined, capacity: undefined }, ...nodes };
  return {
    entry: machine.name,
    replication,
    consistency,
    nodes: Object.entries(named)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, node]): ClusterNode => {
        const { zone = name, state } = node;
        const common = { name, zone, capacity: node.capacity ?? capacity, state };
        if (state === "lost") return { ...common, address: undefined, fromEntry: undefined };
        // Whoever leaves, or was never a node, stores nothing; the entry goes on answering all the same.
        if (name === machine.name) {
          const stored = state === "here" ? common.capacity : null;
          return { ...common, capacity: stored, state: "here", address: machine.address, fromEntry: machine.address };
        }
        const { address } = machineNamed(name);
        // The entry uses the machine, and so the engine lets the entry look whether all is moved before the machine goes.
        // Applications on it use the entry, and two machines cannot wait for one another.
        const waits = state === "leaving" && requests.every(({ from }) => from.name !== name);
        return { ...common, address, fromEntry: waits ? output(`${machineType.name}/${name}`, "address") : address };
      }),
  };
}

const keyOf = (name: string): string => `garage/node-${name}`;
const idOf = (name: string): string => `garage/node-${name}-id`;

/** The identities of nodes, which have to be known before there is a machine: key and id of each. */
export function clusterSecrets({ nodes }: Cluster): Readonly<Record<string, SecretDeclaration>> {
  return Object.fromEntries(
    nodes.flatMap(({ name }): [string, SecretDeclaration][] => [
      [keyOf(name), { origin: "key", type: "ed25519", permanent: "the others know the node and what it holds by it" }],
      [idOf(name), { origin: "public-key", of: keyOf(name) }],
    ]),
  );
}

const identityUnit = "garage-identity.service";

/**
 * A part of a system for which a machine that has fallen silent is lost after some 13 s, and not after a quarter of an
 * hour: 5 retries at the shortest intervals, tcp(7). Garage waits for an answer as long as the connection is there, and
 * half of it stays when the other machine is shut down; a read has then been seen to take more than two minutes.
 */
function silencePart(): SystemInput {
  const script = `${configuration}/silence.sh`;
  return {
    files: { [script]: { content: ownFile("scripts/garage-silence.sh", import.meta.url) } },
    units: {
      "garage-silence.service": {
        sections: {
          Unit: { Description: "A node of Garage that has fallen silent is lost soon" },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            RuntimeDirectory: "garage-silence",
            ExecStart: ["/bin/sh", script, "begin", "5"],
            ExecStop: ["/bin/sh", script, "end"],
          },
        },
      },
    },
  };
}

/** The unit after which the entry has brought the cluster to the layout that the policy says. */
export const layoutUnit = "garage-layout.service";

/** What every node has: a Garage with the identity that the others know, which they alone reach. */
function nodePart(cluster: Cluster, name: string, address: Text, options: Omit<GarageServer, "member">): SystemInput {
  const { replication, consistency } = cluster;
  const others = cluster.nodes.flatMap((node) =>
    node.name === name || node.address === undefined ? [] : [node.address],
  );
  const script = `${configuration}/identity.sh`;
  return mergeParts(
    garageServer({ ...options, member: { replication, consistency, address, after: identityUnit } }),
    restrictedPort("garage", garagePorts.rpc, others),
    silencePart(),
    {
      files: { [script]: { content: ownFile("scripts/garage-identity.sh", import.meta.url) } },
      units: {
        [identityUnit]: {
          sections: {
            Unit: { Description: "The identity by which other nodes know this Garage" },
            Service: {
              Type: "oneshot",
              RemainAfterExit: true,
              ExecStart: ["/bin/sh", script, `${garageFolder}/meta`, garageUser],
              ...garageSandbox,
            },
          },
          credentials: { "node-key": secret(keyOf(name)) },
        },
      },
    },
  );
}

/** The part of the machine that is the cluster's entry: a node, and the step that makes the cluster's layout. */
export function clusterEntry(cluster: Cluster, options: Omit<GarageServer, "member">): SystemInput {
  const { machine } = options;
  const reached = cluster.nodes.filter(({ name, fromEntry }) => name !== machine.name && fromEntry !== undefined);
  const wanted = {
    admin: `http://127.0.0.1:${String(garagePorts.admin)}`,
    replication: cluster.replication,
    nodes: cluster.nodes.map(({ name, zone, capacity, state }) => ({ name, zone, capacity, state })),
  };
  const [file, peers, program, changes] = ["layout.json", "peers", "layout.sh", "layout.jq"].map(
    (name) => `${configuration}/${name}`,
  ) as [string, string, string, string];
  return mergeParts(nodePart(cluster, machine.name, machine.address, options), {
    packages: ["jq"],
    files: {
      [file]: { content: `${canonicalJson(wanted, 2)}\n` },
      [peers]: {
        content: join(
          reached.map(({ name, fromEntry = "" }) => text`${name} ${withPort(fromEntry, garagePorts.rpc)}\n`),
        ),
      },
      [program]: { content: ownFile("scripts/garage-layout.sh", import.meta.url) },
      [changes]: { content: ownFile("scripts/garage-layout.jq", import.meta.url) },
    },
    units: {
      [layoutUnit]: {
        sections: {
          Unit: {
            Description: "Which node of Garage stores how much",
            After: "garage-server.service",
            Requires: "garage-server.service",
          },
          Service: {
            Type: "oneshot",
            RemainAfterExit: true,
            TimeoutStartSec: 900,
            ExecStart: ["/bin/sh", program, file, peers, changes],
            ...garageSandbox,
          },
        },
        credentials: {
          "admin-header": join(["Authorization: Bearer ", secret("garage/admin-token")]),
          ...Object.fromEntries(cluster.nodes.map(({ name }) => [`node-${name}`, secret(idOf(name))])),
        },
      },
    },
  });
}

/** The parts of the other machines of a cluster, by name. */
export function clusterElsewhere(
  cluster: Cluster,
  options: Omit<GarageServer, "member">,
): Readonly<Record<string, SystemInput>> {
  const parts = cluster.nodes.flatMap(({ name, address }): [string, SystemInput][] => {
    if (address === undefined || name === cluster.entry) return [];
    const machine = options.machineNamed(name);
    // Any answer will do: whether enough nodes are there is the entry's check.
    const command = ["/usr/bin/curl", "--silent", "--show-error", "--output", "/dev/null", "--max-time", "8"];
    const health = {
      garage: {
        kind: "command" as const,
        command: [...command, `http://127.0.0.1:${String(garagePorts.admin)}/health`],
        deadline: 60,
      },
    };
    return [[name, mergeParts(nodePart(cluster, name, machine.address, { ...options, machine }), { health })]];
  });
  return Object.fromEntries(parts);
}
