import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream, linkSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32 } from "node:zlib";
import { ApiError, badRequest, forbidden } from "./errors.mjs";
import { objectsIn } from "./buckets.mjs";

/** @import { Answer, ApiRequest, Blob, Bucket, Node, StoredObject } from "../../../../types.ts" */

export const noSuchKey = () => new ApiError(404, "NoSuchKey", "Key not found");

/** @param {Node} node @param {string} name */
export const blobPath = ({ config }, name) => join(config.dataDir, name.slice(0, 2), name.slice(2, 4), name);

/** @param {Node} node @param {readonly Blob[]} blobs */
export function removeBlobs(node, blobs) {
  for (const { name } of blobs) rmSync(blobPath(node, name), { force: true });
}

/** @param {Node} node */
function newBlob(node) {
  const name = randomBytes(32).toString("hex");
  mkdirSync(join(blobPath(node, name), ".."), { recursive: true });
  return name;
}

/** A second name for the same bytes on disk. @param {Node} node @param {Blob} blob @returns {Blob} */
export function linkBlob(node, blob) {
  const name = newBlob(node);
  linkSync(blobPath(node, blob.name), blobPath(node, name));
  return { name, size: blob.size };
}

/** Checksums that a request can carry; CRC32C and CRC64NVME are taken as they come. */
const checksums = ["sha1", "sha256", "crc32"];

/**
 * Writes a body to the data directory and checks what its request says of it.
 * @param {Node} node
 * @param {ApiRequest} request
 */
export async function writeBlob(node, { body, headers }) {
  const name = newBlob(node);
  const announced = checksums.filter((kind) => headers[`x-amz-checksum-${kind}`] !== undefined);
  const hashes = new Map(
    ["md5", ...announced].filter((kind) => kind !== "crc32").map((kind) => [kind, createHash(kind)]),
  );
  let size = 0;
  let crc = 0;
  async function* measured() {
    for await (const chunk of body) {
      size += chunk.length;
      for (const hash of hashes.values()) hash.update(chunk);
      if (announced.includes("crc32")) crc = crc32(chunk, crc);
      yield chunk;
    }
  }
  try {
    await pipeline(measured, createWriteStream(blobPath(node, name)));
    const digests = new Map([...hashes].map(([kind, hash]) => [kind, hash.digest()]));
    const crcBytes = Buffer.alloc(4);
    crcBytes.writeUInt32BE(crc);
    for (const kind of announced) {
      const found = (kind === "crc32" ? crcBytes : digests.get(kind))?.toString("base64");
      if (found !== headers[`x-amz-checksum-${kind}`]) {
        throw new ApiError(400, "InvalidDigest", `Invalid digest: Failed to validate checksum ${kind}`);
      }
    }
    const md5 = digests.get("md5") ?? Buffer.alloc(0);
    const expected = headers["content-md5"];
    if (expected !== undefined && expected.replace(/^"|"$/g, "") !== md5.toString("base64")) {
      throw new ApiError(400, "BadDigest", "Bad digest: MD5 checksum does not match content-md5");
    }
    return { blob: { name, size }, etag: md5.toString("hex") };
  } catch (error) {
    removeBlobs(node, [{ name, size }]);
    throw error;
  }
}

const keptHeaders = [
  "content-type",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "expires",
];

/** The headers that an object keeps: x-amz-acl is none of them. @param {ApiRequest["headers"]} headers */
export function metadataOf(headers) {
  const redirect = headers["x-amz-website-redirect-location"];
  if (redirect !== undefined && !/^(\/|https?:\/\/)/.test(redirect)) {
    throw badRequest("Invalid x-amz-website-redirect-location header");
  }
  const isKept = (/** @type {string} */ name) =>
    keptHeaders.includes(name) || name.startsWith("x-amz-meta-") || name === "x-amz-website-redirect-location";
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isKept(name)));
}

/** @param {Node} node @param {string} bucket @param {string} key */
export const findObject = (node, bucket, key) => node.store.all("objects").get(`${bucket}/${key}`);

/**
 * @param {Node} node
 * @param {Bucket} bucket
 * @param {number} size
 * @param {StoredObject | undefined} previous
 */
function checkQuotas(node, bucket, size, previous) {
  const { maxObjects, maxSize } = bucket.quotas;
  if (maxObjects === null && maxSize === null) return;
  const objects = objectsIn(node, bucket);
  if (maxObjects !== null && !previous && objects.length + 1 > maxObjects) {
    throw forbidden(`Object quota is reached, maximum objects for this bucket: ${String(maxObjects)}`);
  }
  const added = size - (previous?.size ?? 0);
  const used = objects.reduce((sum, object) => sum + object.size, 0);
  if (maxSize !== null && added > 0 && used + added > maxSize) {
    throw forbidden(
      `Bucket size quota is reached, maximum total size of objects for this bucket: ${String(maxSize)}. The bucket is already ${String(used)} bytes, and this object would add ${String(added)} bytes.`,
    );
  }
}

/**
 * @param {Node} node
 * @param {Bucket} bucket
 * @param {Pick<StoredObject, "key" | "etag" | "headers" | "blobs">} given
 */
export function saveObject(node, bucket, given) {
  const size = given.blobs.reduce((sum, blob) => sum + blob.size, 0);
  const previous = findObject(node, bucket.id, given.key);
  try {
    checkQuotas(node, bucket, size, previous);
  } catch (error) {
    removeBlobs(node, given.blobs);
    throw error;
  }
  const object = { ...given, size, bucket: bucket.id, version: randomBytes(32).toString("hex"), modified: Date.now() };
  node.store.put("objects", `${bucket.id}/${given.key}`, object);
  if (previous) removeBlobs(node, previous.blobs);
  return object;
}

/** @param {Node} node @param {Bucket} bucket @param {string} key */
export function deleteObject(node, bucket, key) {
  const object = findObject(node, bucket.id, key);
  if (!object) return undefined;
  node.store.remove("objects", `${bucket.id}/${key}`);
  removeBlobs(node, object.blobs);
  return object;
}

/** @param {string | undefined} header @param {number} size */
function parseRange(header, size) {
  if (header === undefined) return undefined;
  const unsatisfiable = () =>
    new ApiError(416, "InvalidRange", `Invalid HTTP range: ${header}`, { "content-range": `bytes */${String(size)}` });
  const found = /^bytes=(.*)$/.exec(header);
  if (!found) throw unsatisfiable();
  // Several ranges are answered with everything.
  if (found[1]?.includes(",")) return undefined;
  const [, from = "", to = ""] = /^\s*(\d*)-(\d*)\s*$/.exec(found[1] ?? "") ?? [];
  if (from === "" && to === "") throw unsatisfiable();
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(size, Number(to) + 1);
  if (start >= size || end <= start) throw unsatisfiable();
  return { start, end };
}

/** @param {StoredObject} object @param {ApiRequest["headers"]} headers */
function precondition({ etag, modified }, headers) {
  const tags = (/** @type {string | undefined} */ header) =>
    header?.split(",").map((tag) => tag.trim().replace(/^W\//, "").replaceAll('"', ""));
  const has = (/** @type {string[]} */ list) => list.includes("*") || list.includes(etag);
  const [match, noneMatch] = [tags(headers["if-match"]), tags(headers["if-none-match"])];
  const seconds = Math.floor(modified / 1000) * 1000;
  if (match ? !has(match) : Date.parse(headers["if-unmodified-since"] ?? "") < seconds) return 412;
  if (noneMatch ? has(noneMatch) : Date.parse(headers["if-modified-since"] ?? "") >= seconds) return 304;
  return undefined;
}

/** @param {Node} node @param {readonly Blob[]} blobs @param {number} start @param {number} end */
async function* readBlobs(node, blobs, start, end) {
  let offset = 0;
  for (const { name, size } of blobs) {
    const [from, to] = [Math.max(0, start - offset), Math.min(size, end - offset)];
    offset += size;
    if (from >= to) continue;
    for await (const chunk of createReadStream(blobPath(node, name), { start: from, end: to - 1 }))
      yield /** @type {Buffer} */ (chunk);
  }
}

/**
 * @param {Node} node
 * @param {ApiRequest} request
 * @param {StoredObject | undefined} object
 * @param {Readonly<Record<string, string>>} overrides of its headers
 * @returns {Answer}
 */
export function serveObject(node, request, object, overrides = {}) {
  if (!object) throw noSuchKey();
  const { size, etag, modified } = object;
  const common = { "last-modified": new Date(modified).toUTCString(), "accept-ranges": "bytes", etag: `"${etag}"` };
  const headers = { ...common, ...object.headers };
  const early = precondition(object, request.headers);
  if (early !== undefined) return { status: early, headers: { etag: common.etag } };
  if (request.method === "HEAD") return { status: 200, headers: { ...headers, "content-length": String(size) } };
  const range = parseRange(request.headers["range"], size);
  const { start, end } = range ?? { start: 0, end: size };
  const body = Readable.from(readBlobs(node, object.blobs, start, end));
  const length = { "content-length": String(end - start) };
  if (!range) return { status: 200, headers: { ...headers, ...overrides, ...length }, body };
  const contentRange = `bytes ${String(start)}-${String(end - 1)}/${String(size)}`;
  return { status: 206, headers: { ...headers, ...length, "content-range": contentRange }, body };
}
