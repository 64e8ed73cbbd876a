import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import {
  ApiError,
  badRequest,
  bucketExists,
  bucketNotEmpty,
  internal,
  noSuchAccessKey,
  noSuchBucket,
} from "./errors.mjs";
import { isSince } from "./build.mjs";
import { requireLayout } from "./layout.mjs";

/** @import { Bucket, Key, Node, Permissions } from "../../../../types.ts" */

/** @type {Permissions} */
export const noPermissions = { read: false, write: false, owner: false };
/** @type {Permissions} */
const allPermissions = { read: true, write: true, owner: true };

/** @param {Permissions | undefined} permissions */
export const isAny = (permissions) => permissions !== undefined && Object.values(permissions).some(Boolean);

const namingRules =
  "Invalid bucket name. See AWS documentation for constraints on S3 bucket names:\nhttps://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html";

/** @param {Node} node @param {string} name */
export function isValidName(node, name) {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    isIP(name) === 0 &&
    (node.config.allowPunycode || !/(^|\.)xn--/.test(name)) &&
    !name.endsWith("-s3alias")
  );
}

// ---- keys

/** @param {Node} node @param {string} id */
export function existingKey(node, id) {
  requireLayout(node);
  const key = node.store.all("keys").get(id);
  if (key?.secret === undefined) throw noSuchAccessKey(id);
  return /** @type {Key & { readonly secret: string }} */ (key);
}

/** @param {Key} key */
export const isExpired = (key) => key.expiration !== null && Date.parse(key.expiration) <= Date.now();

/** @param {Node} node @param {{ name?: string; id?: string; secret?: string }} given */
export function makeKey(node, { name = "Unnamed key", id = `GK${randomBytes(12).toString("hex")}`, secret }) {
  requireLayout(node);
  /** @type {Key} */
  const key = {
    id,
    secret: secret ?? randomBytes(32).toString("hex"),
    name,
    created: new Date().toISOString(),
    expiration: null,
    createBucket: false,
  };
  return key;
}

/** @param {Node} node @param {string} id @param {string} secret @param {string} [name] */
export function importKey(node, id, secret, name = "Imported key") {
  requireLayout(node);
  if (node.store.all("keys").has(id)) {
    throw new ApiError(
      409,
      "KeyAlreadyExists",
      `Key ${id} already exists in data store. Even if it is deleted, we can't let you create a new key with the same ID. Sorry.`,
    );
  }
  const [isId, isSecret, expected] = isSince(node.build, "2.3.0")
    ? [
        /^[A-Za-z0-9._-]{8,}$/,
        /^[!-~]{16,}$/,
        "an id of at least 8 of A-Z a-z 0-9 . _ -, a secret of at least 16 graphic characters",
      ]
    : [/^GK[0-9a-f]{24}$/, /^[0-9a-f]{64}$/, "an id of GK and 24 hex digits, a secret of 64 hex digits"];
  if (!isId.test(id) || !isSecret.test(secret)) throw badRequest(`Invalid key format: expected ${expected}`);
  const key = makeKey(node, { id, secret, name });
  node.store.put("keys", id, key);
  return key;
}

/** @param {Node} node @param {string} id */
export function deleteKey(node, id) {
  const { secret: _, ...key } = existingKey(node, id);
  for (const bucket of node.store.all("buckets").values()) {
    const { [id]: removed, ...keys } = bucket.keys;
    const localAliases = bucket.localAliases.filter((local) => local.accessKeyId !== id);
    if (removed || localAliases.length < bucket.localAliases.length) save(node, { ...bucket, keys, localAliases });
  }
  node.store.put("keys", id, key);
}

// ---- buckets

/** @param {Node} node @param {Bucket} bucket */
export function save(node, bucket) {
  node.store.put("buckets", bucket.id, bucket);
  return bucket;
}

/** @param {Node} node @param {string} id */
export function existingBucket(node, id) {
  if (!/^[0-9a-f]{64}$/i.test(id)) throw badRequest("Invalid bucket id");
  requireLayout(node);
  const bucket = node.store.all("buckets").get(id.toLowerCase());
  if (!bucket) throw noSuchBucket(id);
  return bucket;
}

/** @param {Node} node @param {string} alias */
export function bucketByGlobalAlias(node, alias) {
  return [...node.store.all("buckets").values()].find((bucket) => bucket.globalAliases.includes(alias));
}

/** By id or alias. @param {Node} node @param {string} name */
export const resolveGlobal = (node, name) =>
  /^[0-9a-f]{64}$/i.test(name) ? node.store.all("buckets").get(name.toLowerCase()) : bucketByGlobalAlias(node, name);

/** @param {Node} node @param {string} name @param {string} key */
export function resolve(node, name, key) {
  const local = [...node.store.all("buckets").values()].find((bucket) => hasLocalAlias(bucket, key, name));
  return local ?? resolveGlobal(node, name);
}

/** @param {Bucket} bucket @param {string} key @param {string} alias */
export const hasLocalAlias = (bucket, key, alias) =>
  bucket.localAliases.some((local) => local.accessKeyId === key && local.alias === alias);

/** @param {Node} node @param {{ globalAlias?: string | undefined; local?: { accessKeyId: string; alias: string; allow: Permissions } | undefined }} names */
export function createBucket(node, { globalAlias, local }) {
  requireLayout(node);
  for (const name of [globalAlias, local?.alias]) {
    if (name !== undefined && !isValidName(node, name)) throw badRequest(`${name}: ${namingRules}`);
  }
  if (globalAlias !== undefined && bucketByGlobalAlias(node, globalAlias)) throw bucketExists();
  if (local) {
    const key = existingKey(node, local.accessKeyId);
    const taken = [...node.store.all("buckets").values()].some((bucket) => hasLocalAlias(bucket, key.id, local.alias));
    if (taken) throw badRequest("Local alias already exists");
  }
  return save(node, {
    id: randomBytes(32).toString("hex"),
    created: new Date().toISOString(),
    globalAliases: globalAlias === undefined ? [] : [globalAlias],
    localAliases: local ? [{ accessKeyId: local.accessKeyId, alias: local.alias }] : [],
    keys: local && isAny(local.allow) ? { [local.accessKeyId]: local.allow } : {},
    quotas: { maxSize: null, maxObjects: null },
  });
}

/** As PUT on a bucket does. @param {Node} node @param {string} alias @param {string} accessKeyId */
export const createOwnBucket = (node, alias, accessKeyId) =>
  createBucket(node, { local: { accessKeyId, alias, allow: allPermissions } });

/** @param {Node} node @param {Bucket} bucket */
export function objectsIn(node, bucket) {
  return [...node.store.all("objects").values()].filter((object) => object.bucket === bucket.id);
}

/** @param {Node} node @param {Bucket} bucket */
export function deleteBucket(node, bucket) {
  if (objectsIn(node, bucket).length > 0) throw bucketNotEmpty();
  node.store.remove("buckets", bucket.id);
}

/** @typedef {{ globalAlias: string } | { localAlias: string; accessKeyId: string }} Alias */

/** @param {string} name */
const invalidName = (name) => new ApiError(400, "InvalidBucketName", `Invalid bucket name: ${name}`);

/** @param {Node} node @param {Bucket} bucket @param {Alias} alias */
export function addAlias(node, bucket, alias) {
  const name = "globalAlias" in alias ? alias.globalAlias : alias.localAlias;
  if (!isValidName(node, name)) throw invalidName(name);
  const others = [...node.store.all("buckets").values()].filter((other) => other.id !== bucket.id);
  if ("globalAlias" in alias) {
    if (others.some((other) => other.globalAliases.includes(name))) {
      throw badRequest(`Alias ${name} already exists and points to different bucket`);
    }
    return save(node, { ...bucket, globalAliases: [...new Set([...bucket.globalAliases, name])] });
  }
  const { id } = existingKey(node, alias.accessKeyId);
  if (others.some((other) => hasLocalAlias(other, id, name))) {
    throw badRequest(`Alias ${name} already exists in namespace of key ${id} and points to different bucket`);
  }
  const rest = bucket.localAliases.filter((local) => local.accessKeyId !== id || local.alias !== name);
  return save(node, { ...bucket, localAliases: [...rest, { accessKeyId: id, alias: name }] });
}

/** @param {Node} node @param {Bucket} bucket @param {Alias} alias */
export function removeAlias(node, bucket, alias) {
  const globalAliases =
    "globalAlias" in alias ? bucket.globalAliases.filter((name) => name !== alias.globalAlias) : bucket.globalAliases;
  const localAliases =
    "globalAlias" in alias
      ? bucket.localAliases
      : bucket.localAliases.filter(
          (local) => local.accessKeyId !== alias.accessKeyId || local.alias !== alias.localAlias,
        );
  const before = bucket.globalAliases.length + bucket.localAliases.length;
  const left = globalAliases.length + localAliases.length;
  if (left === before) throw internal("alias not found or does not point to this bucket");
  if (left === 0) throw badRequest("Bucket doesn't have other aliases, please delete it instead of just unaliasing.");
  return save(node, { ...bucket, globalAliases, localAliases });
}
