import { createHash, timingSafeEqual } from "node:crypto";
import { ApiError, badRequest, forbidden, noSuchAccessKey, noSuchBucket } from "./errors.mjs";
import * as buckets from "./buckets.mjs";
import { callNode, connect, health, lookAround, setLayout, statistics, status } from "./cluster.mjs";
import { corsRules, validateCors } from "./cors.mjs";
import { isSince } from "./build.mjs";
import { collect, hostToBucket } from "./http.mjs";
import {
  applyStaged,
  describeLayout,
  layoutChanges,
  layoutHistory,
  layoutOf,
  requireLayout,
  revertStaged,
  stage,
} from "./layout.mjs";
import { anything, boolean, date, integer, list, object, optional, string, withDefault } from "./schema.mjs";

/** @import { Answer, ApiRequest, Bucket, Key, Node } from "../../../../types.ts" */

/**
 * @typedef {object} Call
 * @property {"GET" | "POST"} method
 * @property {readonly string[]} [query] the parameters it knows
 * @property {(input: { node: Node; query: Readonly<Record<string, string | undefined>>; body: unknown }) => unknown} run
 */

const permissions = object({
  read: withDefault(boolean, false),
  write: withDefault(boolean, false),
  owner: withDefault(boolean, false),
});
const keyPermissions = object({ createBucket: withDefault(boolean, false) });
const keyFields = object({
  name: optional(string),
  expiration: optional(date),
  neverExpires: withDefault(boolean, false),
  allow: optional(keyPermissions),
  deny: optional(keyPermissions),
});
const importFields = object({ accessKeyId: string, secretAccessKey: string, name: optional(string) });
const bucketNames = object({
  globalAlias: optional(string),
  localAlias: optional(
    object({ accessKeyId: string, alias: string, allow: withDefault(permissions, buckets.noPermissions) }),
  ),
});
const bucketFields = object({
  websiteAccess: optional(
    object({
      enabled: boolean,
      indexDocument: optional(string),
      errorDocument: optional(string),
      routingRules: optional(list(anything)),
    }),
  ),
  quotas: optional(object({ maxSize: optional(integer), maxObjects: optional(integer) })),
  corsRules: optional(corsRules),
  lifecycleRules: optional(list(anything)),
});
const grant = object({ bucketId: string, accessKeyId: string, permissions });
const aliasFields = object({
  bucketId: string,
  globalAlias: optional(string),
  localAlias: optional(string),
  accessKeyId: optional(string),
});

/** Fields of UpdateBucket that older versions pass over in silence: the double does not. */
const sinceVersions = /** @type {const} */ ({ corsRules: "2.3.0", lifecycleRules: "2.3.0" });

/** The admin API. @type {Readonly<Record<string, Call>>} */
const calls = {
  GetClusterStatus: {
    method: "GET",
    run: async ({ node }) => {
      await lookAround(node);
      return status(node);
    },
  },
  GetClusterHealth: {
    method: "GET",
    run: async ({ node }) => {
      await lookAround(node);
      return health(node);
    },
  },
  ConnectClusterNodes: {
    method: "POST",
    run: ({ node, body }) =>
      Promise.all(
        list(string)(body, "body").map((target) =>
          connect(node, target).then(
            () => ({ success: true, error: null }),
            (/** @type {Error} */ error) => ({ success: false, error: error.message }),
          ),
        ),
      ),
  },

  GetClusterLayout: { method: "GET", run: ({ node }) => describe(node) },
  UpdateClusterLayout: {
    method: "POST",
    run: async ({ node, body }) => {
      await setLayout(node, stage(layoutOf(node), layoutChanges(body, "body"), node.config.replicationFactor));
      return describe(node);
    },
  },
  PreviewClusterLayoutChanges: {
    method: "POST",
    run: ({ node }) => {
      try {
        const next = applyStaged(layoutOf(node), layoutOf(node).version + 1, node.config.replicationFactor);
        return { message: [], newLayout: describeLayout(next, node.config.replicationFactor) };
      } catch (error) {
        return { error: /** @type {Error} */ (error).message.replace(/^Internal error: /, "") };
      }
    },
  },
  ApplyClusterLayout: {
    method: "POST",
    run: async ({ node, body }) => {
      const { version } = object({ version: integer })(body, "body");
      await setLayout(node, applyStaged(layoutOf(node), version, node.config.replicationFactor));
      return { message: ["==== COMPUTATION OF A NEW PARTITION ASSIGNATION ===="], layout: describe(node) };
    },
  },
  RevertClusterLayout: {
    method: "POST",
    run: async ({ node }) => {
      await setLayout(node, revertStaged(layoutOf(node)));
      return describe(node);
    },
  },
  GetClusterLayoutHistory: {
    method: "GET",
    run: ({ node }) => layoutHistory(layoutOf(node)),
  },
  ClusterLayoutSkipDeadNodes: {
    method: "POST",
    run: ({ body }) => {
      object({ version: integer, allowMissingData: boolean })(body, "body");
      throw badRequest("This command cannot be called when there is only one live cluster layout version");
    },
  },
  GetNodeStatistics: {
    method: "GET",
    query: ["node"],
    run: async ({ node, query }) => {
      const wanted = required(query, "node");
      const peer = node.peers.get(wanted);
      if (peer) {
        const own = { name: "GetNodeStatistics", query: { node: "self" }, body: null };
        return callNode(node.config, peer.address, "/GetNodeStatistics", own);
      }
      if (wanted !== "self" && wanted !== node.id) throw badRequest(`No nodes matching ${wanted}`);
      return { success: { [node.id]: statistics(node) }, error: {} };
    },
  },

  ListKeys: {
    method: "GET",
    run: ({ node }) => {
      requireLayout(node);
      return present(node).map((key) => ({
        id: key.id,
        name: key.name,
        created: key.created,
        expiration: key.expiration,
        expired: buckets.isExpired(key),
      }));
    },
  },
  GetKeyInfo: {
    method: "GET",
    query: ["id", "search", "showSecretKey"],
    run: ({ node, query: { id, search, showSecretKey = "false" } }) => {
      if ((id === undefined) === (search === undefined)) {
        throw badRequest("Either id or search must be provided (but not both)");
      }
      if (showSecretKey !== "true" && showSecretKey !== "false") throw badRequest("Failed to parse query parameter");
      return describeKey(
        node,
        id === undefined ? searchKey(node, search ?? "") : buckets.existingKey(node, id),
        showSecretKey === "true",
      );
    },
  },
  CreateKey: {
    method: "POST",
    run: ({ node, body }) => describeKey(node, updateKey(node, buckets.makeKey(node, {}), body), true),
  },
  ImportKey: {
    method: "POST",
    run: ({ node, body }) => {
      const { accessKeyId, secretAccessKey, name } = importFields(body, "body");
      return describeKey(node, buckets.importKey(node, accessKeyId, secretAccessKey, name), false);
    },
  },
  UpdateKey: {
    method: "POST",
    query: ["id"],
    run: ({ node, query, body }) =>
      describeKey(node, updateKey(node, buckets.existingKey(node, required(query, "id")), body), false),
  },
  DeleteKey: {
    method: "POST",
    query: ["id"],
    run: ({ node, query }) => {
      buckets.deleteKey(node, required(query, "id"));
      return null;
    },
  },

  ListBuckets: {
    method: "GET",
    run: ({ node }) => {
      requireLayout(node);
      return [...node.store.all("buckets").values()].map(({ id, created, globalAliases, localAliases }) => ({
        id,
        created,
        globalAliases,
        localAliases,
      }));
    },
  },
  GetBucketInfo: {
    method: "GET",
    query: ["id", "globalAlias", "search"],
    run: ({ node, query: { id, globalAlias, search } }) => {
      if ([id, globalAlias, search].filter((given) => given !== undefined).length !== 1) {
        throw badRequest("Either id, globalAlias or search must be provided (but not several of them)");
      }
      if (id !== undefined) return describeBucket(node, buckets.existingBucket(node, id));
      requireLayout(node);
      const name = globalAlias ?? search ?? "";
      const named =
        globalAlias === undefined ? buckets.resolveGlobal(node, name) : buckets.bucketByGlobalAlias(node, name);
      const similar = [...node.store.all("buckets").values()].filter(
        (bucket) => search !== undefined && bucket.id.startsWith(search),
      );
      if (!named && similar.length > 1) throw badRequest(`Several matching buckets: ${name}`);
      const found = named ?? similar[0];
      if (!found) throw noSuchBucket(name);
      return describeBucket(node, found);
    },
  },
  CreateBucket: {
    method: "POST",
    run: ({ node, body }) => {
      const { globalAlias, localAlias } = bucketNames(body, "body");
      return describeBucket(node, buckets.createBucket(node, { globalAlias, local: localAlias }));
    },
  },
  UpdateBucket: {
    method: "POST",
    query: ["id"],
    run: ({ node, query, body }) => describeBucket(node, updateBucket(node, required(query, "id"), body)),
  },
  DeleteBucket: {
    method: "POST",
    query: ["id"],
    run: ({ node, query }) => {
      buckets.deleteBucket(node, buckets.existingBucket(node, required(query, "id")));
      return null;
    },
  },
  AddBucketAlias: { method: "POST", run: ({ node, body }) => changeAlias(node, body, buckets.addAlias) },
  RemoveBucketAlias: { method: "POST", run: ({ node, body }) => changeAlias(node, body, buckets.removeAlias) },
  AllowBucketKey: { method: "POST", run: ({ node, body }) => changePermissions(node, body, true) },
  DenyBucketKey: { method: "POST", run: ({ node, body }) => changePermissions(node, body, false) },
};

/** Calls of Garage that the double does not have. */
const undoubled = [
  ...["GetClusterStatistics", "ListAdminTokens", "GetAdminTokenInfo", "CreateAdminToken", "UpdateAdminToken"],
  ...["DeleteAdminToken", "GetCurrentAdminTokenInfo"],
  ...["ListKeysInfo", "ListBucketsInfo", "CleanupIncompleteUploads", "InspectObject", "GetNodeInfo"],
  ...["CreateMetadataSnapshot", "LaunchRepairOperation", "ListWorkers", "GetWorkerInfo"],
  ...["GetWorkerVariable", "SetWorkerVariable", "ListBlockErrors", "GetBlockInfo", "RetryBlockResync", "PurgeBlocks"],
];

/** @param {Readonly<Record<string, string | undefined>>} query @param {string} name */
function required(query, name) {
  const value = query[name];
  if (value === undefined) throw badRequest(`Missing argument \`${name}\` for endpoint`);
  return value;
}

/** @param {Node} node */
const describe = (node) => describeLayout(layoutOf(node), node.config.replicationFactor);
/** @param {Node} node */
const present = (node) => [...node.store.all("keys").values()].filter(({ secret }) => secret !== undefined);

/** @param {Node} node @param {string} search */
function searchKey(node, search) {
  requireLayout(node);
  const pattern = search.toLowerCase();
  const found = present(node).filter(
    ({ id, name }) => id.toLowerCase().startsWith(pattern) || name.toLowerCase() === pattern,
  );
  const [key] = found;
  if (!key) throw noSuchAccessKey(search);
  if (found.length > 1) throw badRequest(`${String(found.length)} matching keys`);
  return key;
}

/** @param {Node} node @param {Key} key @param {unknown} body */
function updateKey(node, key, body) {
  const { name, expiration, neverExpires, allow, deny } = keyFields(body, "body");
  if (neverExpires && expiration !== undefined) throw badRequest("cannot specify `expiration` and `neverExpires`");
  const createBucket = (key.createBucket || allow?.createBucket === true) && deny?.createBucket !== true;
  const updated = {
    ...key,
    name: name ?? key.name,
    expiration: neverExpires ? null : (expiration ?? key.expiration),
    createBucket,
  };
  node.store.put("keys", key.id, updated);
  return updated;
}

/** @param {Node} node @param {Key} key @param {boolean} showSecret */
function describeKey(node, key, showSecret) {
  const ownAliases = (/** @type {Bucket} */ { localAliases }) =>
    localAliases.filter(({ accessKeyId }) => accessKeyId === key.id).map(({ alias }) => alias);
  const relevant = [...node.store.all("buckets").values()].filter(
    (bucket) => buckets.isAny(bucket.keys[key.id]) || ownAliases(bucket).length > 0,
  );
  return {
    accessKeyId: key.id,
    created: key.created,
    name: key.name,
    expiration: key.expiration,
    expired: buckets.isExpired(key),
    ...(showSecret ? { secretAccessKey: key.secret } : {}),
    permissions: { createBucket: key.createBucket },
    buckets: relevant.map((bucket) => ({
      id: bucket.id,
      globalAliases: bucket.globalAliases,
      localAliases: ownAliases(bucket),
      permissions: bucket.keys[key.id] ?? buckets.noPermissions,
    })),
  };
}

/** @param {Node} node @param {Bucket} bucket */
function describeBucket(node, bucket) {
  const objects = buckets.objectsIn(node, bucket);
  const uploads = [...node.store.all("uploads").values()].filter((upload) => upload.bucket === bucket.id);
  const parts = uploads.flatMap((upload) => Object.values(upload.parts));
  const granted = Object.keys(bucket.keys).filter((id) => buckets.isAny(bucket.keys[id]));
  const keys = new Set([...granted, ...bucket.localAliases.map(({ accessKeyId }) => accessKeyId)]);
  return {
    id: bucket.id,
    created: bucket.created,
    globalAliases: bucket.globalAliases,
    websiteAccess: bucket.website !== undefined,
    ...(bucket.website ? { websiteConfig: bucket.website } : {}),
    ...(bucket.cors && isSince(node.build, sinceVersions.corsRules) ? { corsRules: bucket.cors } : {}),
    ...(bucket.lifecycle && isSince(node.build, sinceVersions.lifecycleRules)
      ? { lifecycleRules: bucket.lifecycle }
      : {}),
    keys: [...keys].map((id) => ({
      accessKeyId: id,
      name: node.store.all("keys").get(id)?.name,
      permissions: bucket.keys[id] ?? buckets.noPermissions,
      bucketLocalAliases: bucket.localAliases.filter(({ accessKeyId }) => accessKeyId === id).map(({ alias }) => alias),
    })),
    objects: objects.length,
    bytes: objects.reduce((sum, { size }) => sum + size, 0),
    unfinishedUploads: uploads.length,
    unfinishedMultipartUploads: uploads.length,
    unfinishedMultipartUploadParts: parts.length,
    unfinishedMultipartUploadBytes: parts.reduce((sum, { blob }) => sum + blob.size, 0),
    quotas: bucket.quotas,
  };
}

/** @param {Node} node @param {string} id @param {unknown} body */
function updateBucket(node, id, body) {
  const bucket = buckets.existingBucket(node, id);
  const fields = bucketFields(body, "body");
  const { websiteAccess, quotas, corsRules: cors, lifecycleRules: lifecycle } = fields;
  for (const [name, version] of Object.entries(sinceVersions)) {
    const given = /** @type {Record<string, unknown>} */ (fields)[name];
    if (given !== undefined && !isSince(node.build, version)) {
      throw badRequest(`\`${name}\` is there since ${version}: ${node.build.version} passes over it`);
    }
  }
  const { enabled, indexDocument, errorDocument } = websiteAccess ?? {};
  if (websiteAccess?.routingRules) throw badRequest("the double has no routingRules");
  if (enabled === true && indexDocument === undefined) {
    throw badRequest("Please specify indexDocument when enabling website access.");
  }
  if (enabled === false && (indexDocument ?? errorDocument) !== undefined) {
    throw badRequest("Cannot specify indexDocument or errorDocument when disabling website access.");
  }
  const website = enabled ? { indexDocument: indexDocument ?? "", errorDocument: errorDocument ?? null } : undefined;
  return buckets.save(node, {
    ...bucket,
    ...(websiteAccess ? { website } : {}),
    ...(quotas ? { quotas: { maxSize: quotas.maxSize ?? null, maxObjects: quotas.maxObjects ?? null } } : {}),
    ...(cors ? { cors: cors.length > 0 ? validateCors(cors) : undefined } : {}),
    ...(lifecycle ? { lifecycle: lifecycle.length > 0 ? lifecycle : undefined } : {}),
  });
}

/** @param {Node} node @param {unknown} body @param {typeof buckets.addAlias} change */
function changeAlias(node, body, change) {
  const { bucketId, globalAlias, localAlias, accessKeyId } = aliasFields(body, "body");
  const bucket = buckets.existingBucket(node, bucketId);
  if (globalAlias !== undefined) return describeBucket(node, change(node, bucket, { globalAlias }));
  if (localAlias === undefined || accessKeyId === undefined) {
    throw badRequest("Invalid JSON: data did not match any variant of untagged enum BucketAliasEnum");
  }
  return describeBucket(node, change(node, bucket, { localAlias, accessKeyId }));
}

/** @param {Node} node @param {unknown} body @param {boolean} allowed */
function changePermissions(node, body, allowed) {
  const { bucketId, accessKeyId, permissions: changed } = grant(body, "body");
  const bucket = buckets.existingBucket(node, bucketId);
  const { id } = buckets.existingKey(node, accessKeyId);
  const before = bucket.keys[id] ?? buckets.noPermissions;
  const after = {
    read: changed.read ? allowed : before.read,
    write: changed.write ? allowed : before.write,
    owner: changed.owner ? allowed : before.owner,
  };
  return describeBucket(node, buckets.save(node, { ...bucket, keys: { ...bucket.keys, [id]: after } }));
}

/** @param {Node} node @param {string} name @param {Readonly<Record<string, string | undefined>>} query @param {unknown} body */
export async function runCall(node, name, query, body) {
  const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (!call) throw badRequest(`Unknown API endpoint: ${name}`);
  for (const given of Object.keys(query)) {
    // Garage passes over parameters that it does not know.
    if (!call.query?.includes(given)) throw badRequest(`the double knows no parameter \`${given}\` of ${name}`);
  }
  return call.run({ node, query, body });
}

/** @param {string} name */
export const hasBody = (name) => calls[name]?.method === "POST";

/** @param {Node} node @param {ApiError} error @param {string} path @returns {Answer} */
export function formatAdminError(node, { status: code, code: name, message, headers }, path) {
  const body = JSON.stringify({ code: name, message, region: node.config.region, path }, undefined, 2);
  return {
    status: code,
    headers: { "content-type": "application/json", "access-control-allow-origin": "*", ...headers },
    body,
  };
}

/** @param {ApiRequest} request @param {string | undefined} expected */
function authorize({ headers }, expected) {
  const header = headers["authorization"];
  if (header === undefined) throw forbidden("Bearer token must be provided in Authorization header");
  if (!header.startsWith("Bearer ")) throw forbidden("Invalid Authorization header");
  const [given, wanted] = [header.slice(7), expected ?? ""].map((token) => createHash("sha256").update(token).digest());
  if (expected === undefined || !given || !wanted || !timingSafeEqual(given, wanted))
    throw forbidden("Invalid bearer token");
}

/** @param {Node} node @param {ApiRequest} request @returns {Promise<Answer>} */
export async function handleAdmin(node, request) {
  const { method, path } = request;
  const query = Object.fromEntries(request.query);
  if (method === "OPTIONS") {
    const methods = "OPTIONS,GET,POST";
    const allowed = {
      "access-control-allow-methods": methods,
      "access-control-allow-headers": "authorization,content-type",
    };
    return { status: 200, headers: { allow: methods, ...allowed, "access-control-allow-origin": "*" } };
  }
  if (method === "GET" && path === "/health") return answerHealth(node);
  if (method === "GET" && path === "/check") return answerCheck(node, required(query, "domain"));
  if (method === "GET" && path === "/metrics") return answerMetrics(node, request);
  const name = path.startsWith("/v2/") ? path.slice(4) : "";
  if (undoubled.includes(name))
    throw new ApiError(501, "NotImplemented", `Unimplemented action: the double has no ${name}`);
  if (!Object.hasOwn(calls, name) || calls[name]?.method !== method)
    throw badRequest(`Unknown API endpoint: ${method} ${path}`);
  const text = (await collect(request.body)).toString();
  authorize(request, node.config.adminToken);
  const result = await runCall(node, name, query, parseBody(text));
  return {
    status: 200,
    headers: { "content-type": "application/json", "access-control-allow-origin": "*" },
    body: JSON.stringify(result, undefined, 2),
  };
}

/** @param {string} text @returns {unknown} */
function parseBody(text) {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`Invalid JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {Node} node @returns {Promise<Answer>} */
async function answerHealth(node) {
  await lookAround(node);
  const texts = new Map([
    ["healthy", "Garage is fully operational"],
    ["degraded", "Garage is operational but some storage nodes are unavailable"],
    ["unavailable", "Quorum is not available for some/all partitions, reads and writes will fail"],
  ]);
  const { status: found } = health(node);
  return {
    status: found === "unavailable" ? 503 : 200,
    headers: { "content-type": "text/plain" },
    body: `${texts.get(found) ?? ""}\nConsult the full health check API endpoint at /v2/GetClusterHealth for more details\n`,
  };
}

/** Whether a domain is one of a bucket, for a proxy that is asked for a certificate. @param {Node} node @param {string} domain @returns {Answer} */
function answerCheck(node, domain) {
  const byS3 = hostToBucket(domain, node.config.s3RootDomain);
  const bucket = buckets.resolveGlobal(node, byS3 ?? hostToBucket(domain, node.config.webRootDomain) ?? domain);
  if (!bucket || (byS3 === undefined && !bucket.website))
    throw badRequest(`Domain '${domain}' is not managed by Garage`);
  return { status: 200, body: `Domain '${domain}' is managed by Garage` };
}

/** @param {Node} node @param {ApiRequest} request @returns {Answer} */
function answerMetrics(node, request) {
  const { metricsToken, metricsRequireToken, replicationFactor } = node.config;
  if (metricsToken !== undefined || metricsRequireToken) authorize(request, metricsToken);
  const { status: found, storageNodes, storageNodesUp } = health(node);
  const values = {
    [`garage_build_info{version="v${node.build.version}"}`]: 1,
    garage_replication_factor: replicationFactor,
    cluster_healthy: found === "healthy" ? 1 : 0,
    cluster_available: found === "unavailable" ? 0 : 1,
    cluster_storage_nodes: storageNodes,
    cluster_storage_nodes_ok: storageNodesUp,
  };
  const body = Object.entries(values)
    .map(([name, value]) => `${name} ${String(value)}\n`)
    .join("");
  return { status: 200, headers: { "content-type": "text/plain; version=0.0.4" }, body };
}
