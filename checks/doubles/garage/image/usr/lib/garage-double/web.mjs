import { ApiError, badRequest } from "./errors.mjs";
import { bucketByGlobalAlias } from "./buckets.mjs";
import { preflight, withCors } from "./cors.mjs";
import { decodePath, hostToBucket, requireHost } from "./http.mjs";
import { requireLayout } from "./layout.mjs";
import { requireQuorum } from "./cluster.mjs";
import { findObject, serveObject } from "./objects.mjs";

/** @import { Answer, ApiRequest, Bucket, Node } from "../../../../types.ts" */

const titles = new Map([
  [400, "Bad Request"],
  [403, "Forbidden"],
  [404, "Not Found"],
  [412, "Precondition Failed"],
  [416, "Range Not Satisfiable"],
  [500, "Internal Server Error"],
  [503, "Service Unavailable"],
]);

/** A host that belongs to no bucket is told nothing but the status. */
const notFound = () => new ApiError(404, "", "Not found");

/** @param {string} text */
const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {ApiError} error @returns {Answer} */
export function formatWebError({ status, code, message, headers }) {
  const title = `${String(status)} ${titles.get(status) ?? "Unknown"}`;
  const details = code === "" ? "" : `\n<ul>\n<li>Code: ${code}</li>\n<li>Message: ${escapeHtml(message)}.</li>\n</ul>`;
  return {
    status,
    headers: {
      ...(code === "" ? {} : { "access-control-allow-origin": "*" }),
      ...headers,
      "content-type": "text/html; charset=utf-8",
    },
    body: `<title>${title}</title>\n<h1>${title}</h1>${details}`,
  };
}

/** @param {Node} node @param {ApiRequest} request @returns {Answer} */
export function handleWeb(node, request) {
  requireHost(request);
  requireLayout(node);
  requireQuorum(node);
  const bucket = bucketByGlobalAlias(node, hostToBucket(request.host, node.config.webRootDomain) ?? request.host);
  if (!bucket?.website) throw notFound();
  if (request.method === "OPTIONS") return preflight(bucket, request);
  try {
    return withCors(bucket, request, serveFile(node, bucket, request, bucket.website.indexDocument));
  } catch (error) {
    return errorDocument(node, bucket, request, error);
  }
}

/** @param {Node} node @param {Bucket} bucket @param {ApiRequest} request @param {string} index @returns {Answer} */
function serveFile(node, bucket, request, index) {
  if (request.method !== "GET" && request.method !== "HEAD") throw badRequest("HTTP method not supported");
  const path = decodePath(request.path).slice(1);
  const key = path === "" || path.endsWith("/") ? path + index : path;
  const object = findObject(node, bucket.id, key);
  if (!object && key === path && findObject(node, bucket.id, `${path}/${index}`)) {
    return { status: 302, headers: { location: encodeURI(`/${path}/`) } };
  }
  const redirect = object?.headers["x-amz-website-redirect-location"];
  if (redirect !== undefined) return { status: 301, headers: { location: redirect } };
  return serveObject(node, request, object);
}

/** @param {Node} node @param {Bucket} bucket @param {ApiRequest} request @param {unknown} error @returns {Answer} */
function errorDocument(node, bucket, request, error) {
  const object = findObject(node, bucket.id, bucket.website?.errorDocument?.replace(/^\/+/, "") ?? "");
  if (!(error instanceof ApiError) || error.status >= 500 || request.method !== "GET" || !object) throw error;
  const answer = serveObject(node, { ...request, headers: {} }, object);
  return { ...answer, status: error.status, headers: { ...answer.headers, "x-garage-error": error.message } };
}
