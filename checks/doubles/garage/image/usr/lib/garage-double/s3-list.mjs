import { isAny, objectsIn } from "./buckets.mjs";
import { badRequest } from "./errors.mjs";
import { uriEncode } from "./signature.mjs";
import { toXml } from "./xml.mjs";

/** @import { Answer, Key, Node } from "../../../../types.ts" */
/** @import { Context } from "./s3.mjs" */
/** @import { XmlContent } from "./xml.mjs" */

/** @param {Node} node @param {Key} key @returns {Answer} */
export function listBuckets(node, key) {
  const visible = [...node.store.all("buckets").values()].filter((bucket) => isAny(bucket.keys[key.id]));
  const named = visible.flatMap((bucket) => {
    const local = bucket.localAliases.filter(({ accessKeyId }) => accessKeyId === key.id).map(({ alias }) => alias);
    return [...bucket.globalAliases, ...local].map((name) => ({ CreationDate: bucket.created, Name: name }));
  });
  const body = toXml(
    "ListAllMyBucketsResult",
    { Buckets: { Bucket: named }, Owner: { DisplayName: key.name, ID: key.id } },
    false,
  );
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

/**
 * Sorted items, those that share what precedes a delimiter as one.
 * @template {{ key: string }} T
 * @param {readonly T[]} all
 * @param {{ prefix: string; delimiter: string | undefined; after: string; limit: number }} options
 */
export function page(all, { prefix, delimiter, after, limit }) {
  const sorted = all
    .filter(({ key }) => key.startsWith(prefix))
    .toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  /** @type {T[]} */
  const items = [];
  /** @type {Set<string>} */
  const prefixes = new Set();
  let last = "";
  for (const item of sorted) {
    const end = delimiter === undefined || delimiter === "" ? -1 : item.key.indexOf(delimiter, prefix.length);
    const group = end < 0 ? undefined : item.key.slice(0, end + (delimiter ?? "").length);
    const isBefore = Buffer.compare(Buffer.from(group ?? item.key), Buffer.from(after)) <= 0;
    if (after !== "" && isBefore) continue;
    if (group !== undefined && prefixes.has(group)) continue;
    if (items.length + prefixes.size === limit) return { items, prefixes, next: last };
    if (group === undefined) items.push(item);
    else prefixes.add(group);
    last = group ?? item.key;
  }
  return { items, prefixes, next: undefined };
}

/** @param {string | undefined} value */
export function limitOf(value) {
  if (value === undefined) return 1000;
  if (!/^\d+$/.test(value)) throw badRequest("Failed to parse query parameter");
  return Math.min(1000, Math.max(1, Number(value)));
}

/** @param {Context} context */
export function encoder({ query }) {
  const url = query("encoding-type") === "url";
  return {
    type: url ? "url" : undefined,
    encode: (/** @type {string | undefined} */ text) => (text === undefined || !url ? text : uriEncode(text)),
  };
}

/** @param {string | undefined} token */
function decodeToken(token) {
  if (token === undefined) return undefined;
  if (!/^\][A-Za-z0-9+/]+=*$/.test(token)) throw badRequest("Invalid continuation token");
  return Buffer.from(token.slice(1), "base64").toString();
}

/** Both versions of the call. @param {Context} context @returns {Answer} */
export function listObjects(context) {
  const { node, bucket, bucketName, query } = context;
  const type = query("list-type");
  if (type !== undefined && type !== "2") throw badRequest(`Invalid endpoint: list-type=${type}`);
  const v2 = type === "2";
  const [prefix, delimiter, limit] = [query("prefix") ?? "", query("delimiter"), limitOf(query("max-keys"))];
  const [token, startAfter, marker] = [query("continuation-token"), query("start-after"), query("marker")];
  const after = (v2 ? (decodeToken(token) ?? startAfter) : marker) ?? "";
  const { items, prefixes, next } = page(objectsIn(node, bucket), { prefix, delimiter, after, limit });
  const { type: encoding, encode } = encoder(context);
  /** @type {XmlContent} */
  const content = {
    Name: bucketName,
    Prefix: encode(prefix),
    Marker: v2 ? undefined : encode(marker),
    NextMarker: v2 ? undefined : encode(next),
    StartAfter: v2 ? encode(startAfter) : undefined,
    ContinuationToken: v2 ? token : undefined,
    NextContinuationToken: v2 && next !== undefined ? `]${Buffer.from(next).toString("base64")}` : undefined,
    KeyCount: items.length + prefixes.size,
    MaxKeys: limit,
    Delimiter: encode(delimiter),
    EncodingType: encoding,
    IsTruncated: next !== undefined,
    Contents: items.map((object) => ({
      Key: encode(object.key),
      LastModified: new Date(object.modified).toISOString(),
      ETag: `"${object.etag}"`,
      Size: object.size,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: [...prefixes].map((found) => ({ Prefix: encode(found) })),
  };
  return { status: 200, headers: { "content-type": "application/xml" }, body: toXml("ListBucketResult", content) };
}
