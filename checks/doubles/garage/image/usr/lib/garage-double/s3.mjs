import { randomBytes } from "node:crypto";
import { ApiError, badRequest, bucketExists, forbidden, noSuchBucket, notImplemented } from "./errors.mjs";
import {
  createOwnBucket,
  deleteBucket,
  existingKey,
  hasLocalAlias,
  noPermissions,
  removeAlias,
  resolve,
  resolveGlobal,
  save,
} from "./buckets.mjs";
import { corsFromXml, preflight, withCors } from "./cors.mjs";
import { collect, decodePath, hostToBucket, requireHost } from "./http.mjs";
import {
  deleteObject,
  findObject,
  linkBlob,
  metadataOf,
  noSuchKey,
  saveObject,
  serveObject,
  writeBlob,
} from "./objects.mjs";
import { listBuckets, listObjects } from "./s3-list.mjs";
import { abortUpload, completeUpload, createUpload, listParts, listUploads, uploadPart } from "./s3-multipart.mjs";
import { requireQuorum } from "./cluster.mjs";
import { verify } from "./signature.mjs";
import { childText, childTexts, parseXml, toXml } from "./xml.mjs";

/** @import { Answer, ApiRequest, Bucket, Key, Node, Permissions } from "../../../../types.ts" */

/**
 * @typedef {object} Context
 * @property {Node} node
 * @property {ApiRequest} request
 * @property {Key} key
 * @property {Bucket} bucket
 * @property {string} bucketName as it was asked for
 * @property {string} object the object's key
 * @property {(name: string) => string | undefined} query
 */

/**
 * Method, whether there is an object's key, and the parameter that makes it this call; the first that fits is taken.
 * @type {readonly { name: string; on: string; with?: string; needs: keyof Permissions; run: (context: Context) => Answer | Promise<Answer> }[]}
 */
const calls = [
  { name: "ListParts", on: "GET object", with: "uploadId", needs: "read", run: listParts },
  { name: "GetObject", on: "GET object", needs: "read", run: getObject },
  { name: "HeadObject", on: "HEAD object", needs: "read", run: getObject },
  { name: "UploadPart", on: "PUT object", with: "partNumber", needs: "write", run: uploadPart },
  { name: "PutObject", on: "PUT object", needs: "write", run: putObject },
  { name: "CreateMultipartUpload", on: "POST object", with: "uploads", needs: "write", run: createUpload },
  { name: "CompleteMultipartUpload", on: "POST object", with: "uploadId", needs: "write", run: completeUpload },
  { name: "AbortMultipartUpload", on: "DELETE object", with: "uploadId", needs: "write", run: abortUpload },
  { name: "DeleteObject", on: "DELETE object", needs: "write", run: removeObject },
  { name: "GetBucketCors", on: "GET bucket", with: "cors", needs: "owner", run: getCors },
  { name: "PutBucketCors", on: "PUT bucket", with: "cors", needs: "owner", run: putCors },
  { name: "DeleteBucketCors", on: "DELETE bucket", with: "cors", needs: "owner", run: removeCors },
  { name: "GetBucketLocation", on: "GET bucket", with: "location", needs: "read", run: getLocation },
  { name: "GetBucketVersioning", on: "GET bucket", with: "versioning", needs: "read", run: getVersioning },
  { name: "GetBucketAcl", on: "GET bucket", with: "acl", needs: "read", run: getAcl },
  { name: "ListMultipartUploads", on: "GET bucket", with: "uploads", needs: "read", run: listUploads },
  { name: "ListObjects", on: "GET bucket", needs: "read", run: listObjects },
  { name: "HeadBucket", on: "HEAD bucket", needs: "read", run: () => ({ status: 200 }) },
  { name: "DeleteObjects", on: "POST bucket", with: "delete", needs: "write", run: removeObjects },
  { name: "DeleteBucket", on: "DELETE bucket", needs: "owner", run: removeBucket },
];

/** Parameters that make a call that Garage has no code for; they need an owner, whatever they do. */
const unimplemented = {
  bucket: [
    ...["accelerate", "acl", "analytics", "encryption", "intelligent-tiering", "inventory", "logging", "metrics"],
    ...["notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock"],
    ...["replication", "requestPayment", "tagging", "versioning", "versions"],
  ],
  object: ["acl", "legal-hold", "restore", "retention", "select", "tagging", "torrent"],
};
/** Calls that Garage has and the double does not: it says so rather than take them for another call. */
const undoubled = ["lifecycle", "website"];

/** @param {Node} node @param {ApiError} error @param {string} path @returns {Answer} */
export function formatS3Error(node, { status, code, message, headers }, path) {
  return {
    status,
    headers: { "content-type": "application/xml", "access-control-allow-origin": "*", ...headers },
    body: toXml("Error", { Code: code, Message: message, Resource: path, Region: node.config.region }, false),
  };
}

/** @param {Node} node @param {ApiRequest} incoming @returns {Promise<Answer>} */
export async function handleS3(node, incoming) {
  requireHost(incoming);
  const path = incoming.path.replace(/^\/+/, "");
  const byHost = hostToBucket(incoming.host, node.config.s3RootDomain);
  const [bucketName = "", rest = ""] = byHost === undefined ? path.split(/\/+(.*)/s) : [byHost, path];
  if (incoming.method === "OPTIONS") return options(node, incoming, bucketName);

  const object = decodePath(rest);
  const { key, request } = verify(node, incoming);
  requireQuorum(node);
  if (bucketName === "") return listBuckets(node, key);
  const parameters = new Map(request.query);
  const query = (/** @type {string} */ name) => parameters.get(name);
  const [kind, other] =
    object === "" ? /** @type {const} */ (["bucket", "object"]) : /** @type {const} */ (["object", "bucket"]);
  const on = `${request.method} ${kind}`;
  const unknown = unimplemented[kind].find((name) => parameters.has(name));
  const misplaced = unimplemented[other].find((name) => parameters.has(name));
  if (unknown === undefined && misplaced !== undefined) {
    throw badRequest(`Invalid endpoint: \`${misplaced}\``);
  }
  const call = calls.find((one) => one.on === on && (one.with === undefined || parameters.has(one.with)));
  const known = call?.with !== undefined || unknown === undefined ? call : undefined;
  if (on === "PUT bucket" && !known && unknown === undefined) return createBucket(node, request, bucketName, key);
  const double = undoubled.find((name) => parameters.has(name));
  if (double !== undefined) throw notImplemented(`the double has no ${double}`);
  if (!known && unknown === undefined) throw badRequest("Invalid endpoint");

  const bucket = resolve(node, bucketName, key.id);
  if (!bucket) throw noSuchBucket(bucketName);
  const permissions = bucket.keys[key.id] ?? noPermissions;
  if (!permissions[known?.needs ?? "owner"]) throw forbidden("Operation is not allowed for this key.");
  if (!known) throw notImplemented(`${request.method} ?${unknown ?? ""}`);
  return withCors(bucket, request, await known.run({ node, request, key, bucket, bucketName, object, query }));
}

/** @param {Node} node @param {ApiRequest} request @param {string} name @returns {Answer} */
function options(node, request, name) {
  const any = { "access-control-allow-origin": "*" };
  if (name === "") return { status: 200, headers: { ...any, "access-control-allow-methods": "GET" } };
  const bucket = resolveGlobal(node, name);
  // It may be somebody's local alias: Garage allows everything.
  const everything = { ...any, "access-control-allow-methods": "*", "access-control-allow-headers": "*" };
  return bucket ? preflight(bucket, request) : { status: 200, headers: everything };
}

/** @param {string} name @param {Parameters<typeof toXml>[1]} content @returns {Answer} */
const xmlAnswer = (name, content, headers = {}) => ({
  status: 200,
  headers: { "content-type": "application/xml", ...headers },
  body: toXml(name, content),
});

/** @param {Context} context */
function getObject({ node, request, bucket, object, query }) {
  const names = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
  ];
  const overrides = names.map((name) => /** @type {const} */ ([name, query(`response-${name}`)]));
  const given = Object.fromEntries(overrides.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  return serveObject(node, request, findObject(node, bucket.id, object), given);
}

/** @param {Context} context @returns {Promise<Answer>} */
async function putObject(context) {
  const { node, request, bucket, object } = context;
  if (request.headers["x-amz-copy-source"] !== undefined)
    return copyObject(context, request.headers["x-amz-copy-source"]);
  const headers = metadataOf(request.headers);
  const { blob, etag } = await writeBlob(node, request);
  const saved = saveObject(node, bucket, { key: object, etag, headers, blobs: [blob] });
  return { status: 200, headers: { etag: `"${etag}"`, "x-amz-version-id": saved.version } };
}

/** @param {Context} context @param {string} from @returns {Answer} */
function copyObject({ node, request, key, bucket, object }, from) {
  const [sourceName = "", sourceKey = ""] = decodePath(from)
    .replace(/^\/+/, "")
    .split(/\/(.*)/s);
  const sourceBucket = resolve(node, sourceName, key.id);
  if (!sourceBucket) throw noSuchBucket(sourceName);
  if (!sourceBucket.keys[key.id]?.read)
    throw forbidden(`Reading from bucket ${sourceBucket.id} not allowed for this key`);
  if (sourceKey === "") throw badRequest("No source key specified");
  const source = findObject(node, sourceBucket.id, sourceKey);
  if (!source) throw noSuchKey();
  const replace = request.headers["x-amz-metadata-directive"] === "REPLACE";
  const blobs = source.blobs.map((blob) => linkBlob(node, blob));
  const headers = replace ? metadataOf(request.headers) : source.headers;
  const saved = saveObject(node, bucket, { key: object, etag: source.etag, headers, blobs });
  return xmlAnswer(
    "CopyObjectResult",
    { LastModified: new Date(saved.modified).toISOString(), ETag: `"${saved.etag}"` },
    { "x-amz-version-id": saved.version, "x-amz-copy-source-version-id": source.version },
  );
}

/** @param {Context} context @returns {Answer} */
function removeObject({ node, bucket, object }) {
  deleteObject(node, bucket, object);
  return { status: 204 };
}

/** @param {Context} context @returns {Promise<Answer>} */
async function removeObjects({ node, request, bucket }) {
  const xml = parseXml((await collect(request.body)).toString());
  const unknown = xml.children.find(({ name }) => name !== "Object" && name !== "Quiet");
  if (xml.name !== "Delete" || unknown || xml.text.trim() !== "") throw badRequest("Invalid delete XML query");
  const keys = xml.children.filter(({ name }) => name === "Object").flatMap((item) => childTexts(item, "Key"));
  const deleted = keys.map((key) => {
    const object = deleteObject(node, bucket, key);
    const marker = object && { VersionId: object.version, DeleteMarkerVersionId: randomBytes(32).toString("hex") };
    return { Key: key, ...marker };
  });
  return xmlAnswer("DeleteResult", childText(xml, "Quiet") === "true" ? {} : { Deleted: deleted });
}

/** @param {Context} context @returns {Answer} */
function getCors({ bucket }) {
  if (!bucket.cors) throw new ApiError(404, "NoSuchCORSConfiguration", "The CORS configuration does not exist");
  const rules = bucket.cors.map(({ AllowedOrigin, AllowedMethod, AllowedHeader, ExposeHeader, ...rule }) => ({
    ...rule,
    AllowedOrigin: [...AllowedOrigin],
    AllowedMethod: [...AllowedMethod],
    AllowedHeader: [...AllowedHeader],
    ExposeHeader: [...ExposeHeader],
  }));
  return xmlAnswer("CORSConfiguration", { CORSRule: rules });
}

/** @param {Context} context @returns {Promise<Answer>} */
async function putCors({ node, request, bucket }) {
  save(node, { ...bucket, cors: corsFromXml(parseXml((await collect(request.body)).toString())) });
  return { status: 200 };
}

/** @param {Context} context @returns {Answer} */
function removeCors({ node, bucket: { cors: _, ...bucket } }) {
  save(node, bucket);
  return { status: 204 };
}

function getVersioning() {
  return xmlAnswer("VersioningConfiguration", {});
}

/** @param {Context} context */
function getLocation({ node }) {
  return xmlAnswer("LocationConstraint", node.config.region);
}

/** @param {Context} context */
function getAcl({ bucket, key }) {
  const { read, write, owner } = bucket.keys[key.id] ?? noPermissions;
  const granted = owner ? ["FULL_CONTROL"] : [...(read ? ["READ", "READ_ACP"] : []), ...(write ? ["WRITE"] : [])];
  const grants = granted.map((permission) => ({
    Grantee: { DisplayName: key.name, ID: key.id },
    Permission: permission,
  }));
  return xmlAnswer("AccessControlPolicy", { AccessControlList: { Grant: grants } });
}

/** @param {Node} node @param {ApiRequest} request @param {string} name @param {Key} key @returns {Promise<Answer>} */
async function createBucket(node, request, name, key) {
  const body = (await collect(request.body)).toString().trim();
  const location = body === "" ? undefined : childText(parseXml(body), "LocationConstraint");
  if (location !== undefined && location !== node.config.region) {
    throw badRequest(
      `Cannot satisfy location constraint \`${location}\`: buckets can only be created in region \`${node.config.region}\``,
    );
  }
  const existing = resolve(node, name, key.id);
  if (existing) {
    const { write, owner } = existing.keys[key.id] ?? noPermissions;
    if (!write && !owner) throw bucketExists();
    throw new ApiError(409, "BucketAlreadyOwnedByYou", "Bucket already owned by you");
  }
  if (!existingKey(node, key.id).createBucket) throw forbidden(`Access key ${key.id} is not allowed to create buckets`);
  createOwnBucket(node, name, key.id);
  return { status: 200, headers: { location: `/${name}` } };
}

/** Takes one alias away, and the bucket with its last one. @param {Context} context @returns {Answer} */
function removeBucket({ node, bucket, bucketName, key }) {
  const alias = hasLocalAlias(bucket, key.id, bucketName)
    ? { localAlias: bucketName, accessKeyId: key.id }
    : { globalAlias: bucketName };
  if (bucket.globalAliases.length + bucket.localAliases.length > 1) removeAlias(node, bucket, alias);
  else deleteBucket(node, bucket);
  return { status: 204 };
}
