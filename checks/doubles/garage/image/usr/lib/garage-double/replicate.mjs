import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { callNode } from "./cluster.mjs";
import { blobPath } from "./objects.mjs";

/** @import { Node, StoredObject, Store } from "../../../../types.ts" */

/** @typedef {readonly [table: string, key: string, value: unknown, blobs: readonly (readonly [name: string, content: string])[]]} Line */

const shared = ["keys", "buckets", "objects"];

/**
 * A store whose changes the other nodes get as well, once {@link flush} is called.
 * @param {Store} store
 * @param {(table: string, key: string, value: unknown) => void} note
 * @returns {Store}
 */
export const noting = (store, note) => ({
  all: (table) => store.all(table),
  put: (table, key, value) => {
    store.put(table, key, value);
    if (shared.includes(table)) note(table, key, value);
  },
  remove: (table, key) => {
    store.remove(table, key);
    if (shared.includes(table)) note(table, key, null);
  },
});

/** Tells the nodes that are there what has changed, before it is answered. @param {Node} node */
export async function flush(node) {
  const noted = node.outbox.splice(0);
  const peers = [...node.peers.values()].filter(({ up }) => up);
  if (noted.length === 0 || peers.length === 0) return;
  /** @type {Line[]} */
  const lines = noted.map(([table, key, value]) => {
    const { blobs } = table === "objects" && value !== null ? /** @type {StoredObject} */ (value) : { blobs: [] };
    return [table, key, value, blobs.map(({ name }) => [name, readFileSync(blobPath(node, name)).toString("base64")])];
  });
  await Promise.allSettled(peers.map(({ address }) => callNode(node.config, address, "/data", lines)));
}

/** Takes over what another node has changed. @param {Node} node @param {Store} store @param {unknown} body */
export function takeOver(node, store, body) {
  for (const [table, key, value, blobs] of /** @type {Line[]} */ (body)) {
    for (const [name, content] of blobs) {
      mkdirSync(dirname(blobPath(node, name)), { recursive: true });
      writeFileSync(blobPath(node, name), Buffer.from(content, "base64"));
    }
    if (value === null) store.remove(/** @type {"objects"} */ (table), key);
    else store.put(/** @type {"objects"} */ (table), key, /** @type {StoredObject} */ (value));
  }
}
