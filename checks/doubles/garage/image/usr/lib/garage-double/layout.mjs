import { badRequest, internal } from "./errors.mjs";
import { boolean, integer, list, object, optional, string } from "./schema.mjs";

/** @import { Layout, LayoutParameters, Node, Role, RoleChange } from "../../../../types.ts" */

const partitions = 256;

/** @type {LayoutParameters} */
const maximum = { zoneRedundancy: "maximum" };

/** @type {Layout} */
const initial = { version: 0, roles: {}, parameters: maximum, partitionSize: 0, staged: [], stagedParameters: maximum };

/**
 * @param {Node} node
 * @returns {Layout}
 */
export const layoutOf = (node) => node.store.all("layout").get("current") ?? initial;

/** @param {Node} node */
export function requireLayout(node) {
  if (layoutOf(node).version === 0) throw internal("Layout not ready");
}

/** @param {Layout} layout */
export const storageNodes = (layout) => Object.entries(layout.roles).filter(([, role]) => role.capacity !== null);

/**
 * The largest size at which all replicas of all partitions fit, each node holding a partition at most once.
 * @param {Layout} layout
 * @param {number} replicas
 */
function sizePartitions(layout, replicas) {
  const capacities = storageNodes(layout).map(([, role]) => role.capacity ?? 0);
  const fits = (/** @type {number} */ size) =>
    capacities.reduce((sum, capacity) => sum + Math.min(partitions, Math.floor(capacity / size)), 0) >=
    partitions * replicas;
  let [low, high] = [1, capacities.reduce((sum, capacity) => sum + capacity, 0)];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** @param {Layout} layout @param {number} replicas */
export function describeLayout(layout, replicas) {
  const storing = storageNodes(layout).length;
  return {
    version: layout.version,
    roles: Object.entries(layout.roles).map(([id, role]) => {
      const stored = role.capacity === null ? 0 : Math.round((partitions * replicas) / storing);
      return { id, ...role, storedPartitions: stored, usableCapacity: stored * layout.partitionSize };
    }),
    parameters: layout.parameters,
    partitionSize: layout.partitionSize,
    stagedRoleChanges: layout.staged,
    stagedParameters: same(layout.stagedParameters, layout.parameters) ? null : layout.stagedParameters,
  };
}

/** What the double moves it moves at once, so that one version alone is ever in use. @param {Layout} layout */
export function layoutHistory({ version, roles }) {
  const storageNodes = Object.values(roles).filter(({ capacity }) => capacity !== null).length;
  const gatewayNodes = Object.keys(roles).length - storageNodes;
  const versions = [{ version, status: "Current", storageNodes, gatewayNodes }];
  return { currentVersion: version, minAck: version, versions, updateTrackers: null };
}

/** @param {unknown} a @param {unknown} b */
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** @param {unknown} value @param {string} at @returns {LayoutParameters["zoneRedundancy"]} */
const zoneRedundancy = (value, at) => (value === "maximum" ? value : object({ atLeast: integer })(value, at));

/** @param {unknown} value @param {string} at @returns {RoleChange} */
function roleChange(value, at) {
  if (typeof value === "object" && value !== null && "remove" in value) {
    const { id, remove } = object({ id: string, remove: boolean })(value, at);
    if (!remove) throw badRequest("Invalid layout change");
    return { id, remove };
  }
  const {
    id,
    zone,
    tags,
    capacity = null,
  } = object({
    id: string,
    zone: string,
    tags: list(string),
    capacity: optional(integer),
  })(value, at);
  return { id, zone, tags, capacity };
}

export const layoutChanges = object({
  roles: optional(list(roleChange)),
  parameters: optional(object({ zoneRedundancy })),
});

/**
 * @param {Layout} layout
 * @param {ReturnType<typeof layoutChanges>} changes
 * @param {number} replicas
 * @returns {Layout}
 */
export function stage(layout, { roles = [], parameters }, replicas) {
  /** @type {Map<string, RoleChange>} */
  const staged = new Map(layout.staged.map((change) => [change.id, change]));
  for (const change of roles) {
    if (!/^[0-9a-f]{64}$/i.test(change.id)) throw badRequest("Invalid node identifier");
    if ("capacity" in change && change.capacity !== null && change.capacity < 1024) {
      throw badRequest("Capacity should be at least 1K (1024)");
    }
    staged.set(change.id, change);
  }
  for (const change of staged.values()) {
    const current = layout.roles[change.id];
    const unchanged = "remove" in change ? !current : current && same({ id: change.id, ...current }, change);
    if (unchanged) staged.delete(change.id);
  }
  if (parameters && parameters.zoneRedundancy !== "maximum") {
    const { atLeast } = parameters.zoneRedundancy;
    if (atLeast > replicas) {
      throw badRequest(`The zone redundancy must be smaller or equal to the replication factor (${String(replicas)}).`);
    }
    if (atLeast < 1) throw badRequest("The zone redundancy must be at least 1.");
  }
  return { ...layout, staged: [...staged.values()], stagedParameters: parameters ?? layout.stagedParameters };
}

/**
 * @param {Layout} layout
 * @param {number} version
 * @param {number} replicas
 * @returns {Layout}
 */
export function applyStaged(layout, version, replicas) {
  if (version !== layout.version + 1) throw internal("Invalid new layout version");
  /** @type {Record<string, Role>} */
  const roles = { ...layout.roles };
  for (const change of layout.staged) {
    if ("remove" in change) delete roles[change.id];
    else roles[change.id] = { zone: change.zone, tags: change.tags, capacity: change.capacity };
  }
  const next = { ...layout, version, roles, parameters: layout.stagedParameters, staged: [] };
  const nodes = storageNodes(next);
  if (nodes.length < replicas) {
    throw internal(
      `The number of nodes with positive capacity (${String(nodes.length)}) is smaller than the replication factor (${String(replicas)}).`,
    );
  }
  const zones = new Set(nodes.map(([, role]) => role.zone)).size;
  const { zoneRedundancy: redundancy } = next.parameters;
  const wanted = redundancy === "maximum" ? 1 : redundancy.atLeast;
  if (zones < wanted) {
    throw internal(
      `The number of zones with non-gateway nodes (${String(zones)}) is smaller than the redundancy parameter (${String(wanted)})`,
    );
  }
  return { ...next, partitionSize: sizePartitions(next, replicas) };
}

/** @param {Layout} layout @returns {Layout} */
export const revertStaged = (layout) => ({ ...layout, staged: [], stagedParameters: layout.parameters });
