import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { hostname } from "node:os";
import { statfsSync } from "node:fs";
import { isSince } from "./build.mjs";
import { unavailable } from "./errors.mjs";
import { layoutOf, storageNodes } from "./layout.mjs";
import { parseAddress } from "./config.mjs";

/** @import { Config, Layout, Node } from "../../../../types.ts" */

/** @param {Node} node @param {string} id */
const isUp = (node, id) => id === node.id || node.peers.get(id)?.up === true;

/** @param {Node} node */
export function health(node) {
  const layout = layoutOf(node);
  const storing = storageNodes(layout);
  const up = storing.filter(([id]) => isUp(node, id)).length;
  const partitions = layout.version === 0 ? 0 : 256;
  const factor = node.config.replicationFactor;
  const quorum = factor + 1 - Math.ceil(factor / 2);
  // Every partition is taken to be on every node: right for as many nodes as there are replicas.
  const hasQuorum = partitions > 0 && node.build.fault !== "unhealthy" && up >= quorum;
  const allUp = hasQuorum && up === storing.length;
  return {
    status: allUp ? "healthy" : hasQuorum ? "degraded" : "unavailable",
    knownNodes: node.peers.size + 1,
    connectedNodes: [...node.peers.values()].filter((peer) => peer.up).length + 1,
    storageNodes: storing.length,
    storageNodesUp: up,
    partitions,
    partitionsQuorum: hasQuorum ? partitions : 0,
    partitionsAllOk: allUp ? partitions : 0,
  };
}

/** @param {Node} node */
export function requireQuorum(node) {
  if (layoutOf(node).version > 0 && health(node).status === "unavailable") {
    throw unavailable("Could not reach quorum of nodes");
  }
}

/** @param {string} path */
function space(path) {
  const { bavail, blocks, bsize } = statfsSync(path);
  return { available: bavail * bsize, total: blocks * bsize };
}

/** What a node holds: nothing, when it has no part in the layout. @param {Node} node */
export function statistics(node) {
  const holding = (layoutOf(node).roles[node.id]?.capacity ?? null) !== null;
  const rcEntries = holding ? node.store.all("objects").size : 0;
  return {
    freeform: `Block manager stats:\n  number of RC entries:\t${String(rcEntries)} (~= number of blocks)\n`,
    ...(isSince(node.build, "2.5.0") ? { blockManagerStats: { rcEntries, resyncQueueLen: 0, resyncErrors: 0 } } : {}),
  };
}

/** @param {Node} node */
export function status(node) {
  const layout = layoutOf(node);
  const { host, port } = node.config.rpcBind;
  const own = {
    id: node.id,
    garageVersion: `v${node.build.version}`,
    addr: node.config.rpcPublic ?? `${host}:${String(port)}`,
    hostname: hostname(),
    isUp: true,
    lastSeenSecsAgo: null,
    role: layout.roles[node.id] ?? null,
    draining: false,
    dataPartition: space(node.config.dataDir),
    metadataPartition: space(node.config.metadataDir),
  };
  const peers = [...node.peers.values()].map((peer) => ({
    id: peer.id,
    garageVersion: `v${peer.version}`,
    addr: peer.address,
    hostname: peer.hostname,
    isUp: peer.up,
    lastSeenSecsAgo: peer.up ? null : Math.floor((Date.now() - peer.seen) / 1000),
    role: layout.roles[peer.id] ?? null,
    draining: false,
  }));
  const known = new Set([node.id, ...node.peers.keys()]);
  const gone = Object.entries(layout.roles).filter(([id]) => !known.has(id));
  const unknown = gone.map(([id, role]) => ({
    id,
    garageVersion: null,
    addr: null,
    hostname: null,
    isUp: false,
    lastSeenSecsAgo: null,
    role,
    draining: false,
  }));
  const nodes = [own, ...peers, ...unknown].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { layoutVersion: layout.version, nodes };
}

/**
 * The double's stand-in for Garage's RPC: HTTP whose requests are proved with the cluster's secret.
 * @param {string} secret
 * @param {string} message
 */
const prove = (secret, message) => createHmac("sha256", Buffer.from(secret, "hex")).update(message).digest("hex");

/**
 * @param {Config} config
 * @param {string} address host:port
 * @param {string} path
 * @param {unknown} body
 * @returns {Promise<unknown>}
 */
export async function callNode(config, address, path, body) {
  const text = JSON.stringify(body);
  const response = await fetch(`http://${address}${path}`, {
    method: "POST",
    headers: { authorization: prove(config.rpcSecret, `${path}\n${text}`) },
    body: text,
    signal: AbortSignal.timeout(5000),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return JSON.parse(answer);
}

/**
 * @param {Node} node
 * @param {(path: string, body: unknown) => Promise<unknown>} handle
 */
export function serveRpc(node, handle) {
  const server = createServer((request, response) => {
    void (async () => {
      try {
        const chunks = [];
        for await (const chunk of request) chunks.push(/** @type {Buffer} */ (chunk));
        const text = Buffer.concat(chunks).toString();
        const expected = Buffer.from(prove(node.config.rpcSecret, `${String(request.url)}\n${text}`));
        const given = Buffer.from(request.headers.authorization ?? "");
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
          response.writeHead(403).end("Handshake error: the two nodes have different values of rpc_secret");
          return;
        }
        response.end(JSON.stringify(await handle(request.url ?? "", JSON.parse(text))));
      } catch (error) {
        response.writeHead(500).end(/** @type {Error} */ (error).message);
      }
    })();
  });
  return { server, ...node.config.rpcBind };
}

/** What a node tells another about itself, and whom it is connected with. @param {Node} node */
export const introduce = (node) => ({
  id: node.id,
  address: node.config.rpcPublic ?? `${node.config.rpcBind.host}:${String(node.config.rpcBind.port)}`,
  hostname: hostname(),
  version: node.build.version,
  connected: [...node.peers.values()].filter(({ up }) => up).map(({ id, address }) => `${id}@${address}`),
});

/**
 * Takes note of a node, and connects with the nodes that it is connected with, as Garage's exchange of peers does.
 * @param {Node} node
 * @param {unknown} introduction
 * @returns {Promise<void>}
 */
export async function meet(node, introduction) {
  const { connected, ...told } = /** @type {ReturnType<typeof introduce>} */ (introduction);
  if (told.id === node.id) return;
  node.peers.set(told.id, { ...told, up: true, seen: Date.now() });
  const strangers = connected.filter((target) => {
    const id = target.slice(0, target.indexOf("@"));
    return id !== node.id && node.peers.get(id)?.up !== true;
  });
  await Promise.allSettled(strangers.map((target) => connect(node, target)));
}

/**
 * @param {Node} node
 * @param {string} target `<node id>@<address>:<port>`
 */
export async function connect(node, target) {
  const [id = "", address = ""] = target.split("@");
  if (!/^[0-9a-f]{64}$/i.test(id) || !/^.+:[0-9]+$/.test(address)) {
    throw new Error(`Unable to parse or resolve peer specification ${target}`);
  }
  const answer = await callNode(node.config, address, "/hello", introduce(node));
  const told = /** @type {ReturnType<typeof introduce>} */ (answer);
  if (told.id !== id) throw new Error(`Handshake error: the node at ${address} is ${told.id}`);
  await meet(node, told);
}

/** Tells the nodes that are known of a new layout. @param {Node} node @param {Layout} layout */
export async function setLayout(node, layout) {
  node.store.put("layout", "current", layout);
  await Promise.allSettled(
    [...node.peers.values()].map((peer) => callNode(node.config, peer.address, "/layout", layout)),
  );
}

/** Looks which of the known nodes still answer. @param {Node} node */
export async function lookAround(node) {
  await Promise.all(
    [...node.peers.values()].map(async (peer) => {
      try {
        await connect(node, `${peer.id}@${peer.address}`);
      } catch {
        node.peers.set(peer.id, { ...peer, up: false });
      }
    }),
  );
  for (const target of node.config.bootstrapPeers) {
    if (!node.peers.has(target.split("@")[0] ?? "")) await connect(node, target).catch(() => undefined);
  }
}

/** Where the command line finds the node that runs. @param {Config} config */
export function ownAddress(config) {
  const parsed = parseAddress(config.rpcPublic ?? "");
  return parsed || config.rpcPublic === undefined
    ? `${parsed?.host.includes(":") ? `[${parsed.host}]` : (parsed?.host ?? "127.0.0.1")}:${String((parsed ?? config.rpcBind).port)}`
    : config.rpcPublic;
}
