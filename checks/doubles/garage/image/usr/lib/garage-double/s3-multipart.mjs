import { createHash, randomBytes } from "node:crypto";
import { ApiError, badRequest } from "./errors.mjs";
import { collect } from "./http.mjs";
import { metadataOf, removeBlobs, saveObject, writeBlob } from "./objects.mjs";
import { encoder, limitOf, page } from "./s3-list.mjs";
import { childText, parseXml, toXml } from "./xml.mjs";

/** @import { Answer, Upload } from "../../../../types.ts" */
/** @import { Context } from "./s3.mjs" */
/** @import { XmlContent } from "./xml.mjs" */

/** @param {string} name @param {XmlContent} content @returns {Answer} */
const answer = (name, content) => ({
  status: 200,
  headers: { "content-type": "application/xml" },
  body: toXml(name, content),
});

/** What Garage says of owners that it does not keep. */
const nobody = { DisplayName: "Dummy Key", ID: "GKDUMMYKEY" };

/** @param {Context} context @returns {Upload} */
function findUpload({ node, bucket, object, query }) {
  const upload = node.store.all("uploads").get(query("uploadId") ?? "");
  if (upload?.bucket !== bucket.id || upload.key !== object)
    throw new ApiError(404, "NoSuchUpload", "Upload not found");
  return upload;
}

/** @param {Context} context */
export function createUpload({ node, request, bucket, bucketName, object }) {
  const id = randomBytes(32).toString("hex");
  const headers = metadataOf(request.headers);
  node.store.put("uploads", id, { id, bucket: bucket.id, key: object, created: Date.now(), headers, parts: {} });
  return answer("InitiateMultipartUploadResult", { Bucket: bucketName, Key: object, UploadId: id });
}

/** @param {Context} context @returns {Promise<Answer>} */
export async function uploadPart(context) {
  const { node, request, query } = context;
  if (request.headers["x-amz-copy-source"] !== undefined) {
    throw new ApiError(501, "NotImplemented", "Unimplemented action: the double has no UploadPartCopy");
  }
  const number = query("partNumber") ?? "";
  if (!/^\d+$/.test(number)) throw badRequest("Failed to parse query parameter");
  if (query("uploadId") === undefined) throw badRequest("Missing argument `upload_id` for endpoint");
  findUpload(context);
  const { blob, etag } = await writeBlob(node, request);
  if (blob.size === 0) {
    removeBlobs(node, [blob]);
    throw badRequest("Empty body");
  }
  // Parts come side by side: what is there now, not what was there before the body was read.
  const upload = findUpload(context);
  const replaced = upload.parts[number];
  node.store.put("uploads", upload.id, {
    ...upload,
    parts: { ...upload.parts, [number]: { blob, etag, modified: Date.now() } },
  });
  if (replaced) removeBlobs(node, [replaced.blob]);
  return { status: 200, headers: { etag: `"${etag}"` } };
}

/** @param {Context} context @returns {Promise<Answer>} */
export async function completeUpload(context) {
  const { node, request, bucket, bucketName, object } = context;
  const xml = parseXml((await collect(request.body)).toString());
  const listed = xml.children.map((part) => ({
    number: childText(part, "PartNumber"),
    etag: childText(part, "ETag")?.replaceAll('"', ""),
  }));
  if (
    xml.name !== "CompleteMultipartUpload" ||
    listed.some(({ number, etag }) => number === undefined || etag === undefined)
  ) {
    throw badRequest("Invalid CompleteMultipartUpload XML");
  }
  const upload = findUpload(context);
  if (Object.keys(upload.parts).length === 0) throw badRequest("No data was uploaded");
  if (listed.length === 0) {
    throw new ApiError(400, "EntityTooSmall", "Proposed upload is smaller than the minimum allowed object size");
  }
  if (listed.some(({ number }, index) => index > 0 && Number(number) <= Number(listed[index - 1]?.number))) {
    throw new ApiError(400, "InvalidPartOrder", "Parts given to CompleteMultipartUpload were not in ascending order");
  }
  const parts = listed.map(({ number, etag }) => {
    const part = upload.parts[number ?? ""];
    if (!part || part.etag !== etag) {
      throw new ApiError(400, "InvalidPart", "Parts given to CompleteMultipartUpload do not match uploaded parts");
    }
    return part;
  });
  const blobs = parts.map(({ blob }) => blob);
  const unused = Object.values(upload.parts).filter((part) => !parts.includes(part));
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  const etag = `${hash.digest("hex")}-${String(parts.length)}`;
  node.store.remove("uploads", upload.id);
  removeBlobs(
    node,
    unused.map(({ blob }) => blob),
  );
  saveObject(node, bucket, { key: object, etag, headers: upload.headers, blobs });
  return answer("CompleteMultipartUploadResult", {
    Location: `/${bucketName}/${object}`,
    Bucket: bucketName,
    Key: object,
    ETag: `"${etag}"`,
  });
}

/** @param {Context} context @returns {Answer} */
export function abortUpload(context) {
  const upload = findUpload(context);
  context.node.store.remove("uploads", upload.id);
  removeBlobs(
    context.node,
    Object.values(upload.parts).map(({ blob }) => blob),
  );
  return { status: 204 };
}

/** @param {Context} context */
export function listUploads(context) {
  const { node, bucket, bucketName, query } = context;
  const all = [...node.store.all("uploads").values()].filter((upload) => upload.bucket === bucket.id);
  const [prefix, delimiter, limit, marker] = [
    query("prefix") ?? "",
    query("delimiter"),
    limitOf(query("max-uploads")),
    query("key-marker"),
  ];
  const { items, prefixes, next } = page(all, { prefix, delimiter, after: marker ?? "", limit });
  const { type, encode } = encoder(context);
  return answer("ListMultipartUploadsResult", {
    Bucket: bucketName,
    KeyMarker: encode(marker),
    NextKeyMarker: encode(next),
    Prefix: encode(prefix),
    Delimiter: encode(delimiter),
    MaxUploads: limit,
    IsTruncated: next !== undefined,
    Upload: items.map((upload) => ({
      Initiated: new Date(upload.created).toISOString(),
      Initiator: nobody,
      Key: encode(upload.key),
      UploadId: upload.id,
      Owner: nobody,
      StorageClass: "STANDARD",
    })),
    CommonPrefixes: [...prefixes].map((found) => ({ Prefix: encode(found) })),
    EncodingType: type,
  });
}

/** @param {Context} context */
export function listParts(context) {
  const { query } = context;
  const upload = findUpload(context);
  const [limit, marker] = [limitOf(query("max-parts")), query("part-number-marker")];
  const parts = Object.entries(upload.parts)
    .map(([number, part]) => ({ number: Number(number), ...part }))
    .filter(({ number }) => number > Number(marker ?? 0))
    .toSorted((a, b) => a.number - b.number);
  const shown = parts.slice(0, limit);
  const isTruncated = shown.length < parts.length;
  return answer("ListPartsResult", {
    Bucket: context.bucketName,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: marker,
    NextPartNumberMarker: isTruncated ? shown.at(-1)?.number : undefined,
    MaxParts: limit,
    IsTruncated: isTruncated,
    Part: shown.map(({ number, etag, modified, blob }) => ({
      ETag: `"${etag}"`,
      LastModified: new Date(modified).toISOString(),
      PartNumber: number,
      Size: blob.size,
    })),
    Initiator: nobody,
    Owner: nobody,
    StorageClass: "STANDARD",
  });
}
