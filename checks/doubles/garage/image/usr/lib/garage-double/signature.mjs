import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { ApiError, badRequest, forbidden } from "./errors.mjs";
import { isExpired } from "./buckets.mjs";
import { decodePath } from "./http.mjs";

/** @import { ApiRequest, Key, Node } from "../../../../types.ts" */

const algorithm = "AWS4-HMAC-SHA256";

/** @param {string | Buffer} data */
export const sha256 = (data) => createHash("sha256").update(data).digest("hex");
/** @param {string | Buffer} key @param {string} data */
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();

/** @param {string} text */
export const uriEncode = (text, slash = true) => {
  const encoded = encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return slash ? encoded : encoded.replaceAll("%2F", "/");
};

/**
 * What a request says about its signature, from its headers or, presigned, from its query.
 * @typedef {{ keyId: string; scope: string; signedHeaders: string; signature: string; payload: string; date: string; presigned: boolean }} Authorization
 */

/** @param {Readonly<Record<string, string | undefined>>} values @param {string} name */
function need(values, name) {
  const value = values[name];
  if (value === undefined) throw badRequest(`Missing ${name} field`);
  return value;
}

/** @param {ApiRequest} request @returns {Authorization | undefined} */
function readAuthorization({ headers, query }) {
  const parameters = Object.fromEntries(query.map(([name, value]) => [name.toLowerCase(), value]));
  const presigned = parameters["x-amz-algorithm"] !== undefined;
  const header = headers["authorization"];
  if (!presigned && header === undefined) return undefined;
  const [kind, rest = ""] = presigned ? [parameters["x-amz-algorithm"]] : (header ?? "").split(/ (.*)/s);
  if (kind !== algorithm) throw badRequest("Unsupported authorization method");
  /** @type {Record<string, string | undefined>} */
  const fields = presigned
    ? {
        Credential: parameters["x-amz-credential"],
        SignedHeaders: parameters["x-amz-signedheaders"],
        Signature: parameters["x-amz-signature"],
      }
    : Object.fromEntries(
        rest.split(",").map((part) => {
          const [name = "", value] = part.trim().split(/=(.*)/s);
          return [name, value];
        }),
      );
  const [keyId = "", scope = ""] = need(fields, "Credential").split(/\/(.*)/s);
  const date = need(presigned ? parameters : headers, "x-amz-date");
  const parsed = parseDate(date);
  if (presigned) {
    const seconds = Number(need(parameters, "x-amz-expires"));
    if (!(seconds >= 0 && seconds <= 604_800)) throw badRequest("X-Amz-Expires is too large or not a number");
    if (Date.now() > parsed + seconds * 1000) throw badRequest("Date is too old");
  } else if (Date.now() - parsed > 86_400_000) throw badRequest("Date is too old");
  return {
    keyId,
    scope,
    date,
    presigned,
    signedHeaders: need(fields, "SignedHeaders"),
    signature: need(fields, "Signature"),
    payload: presigned ? "UNSIGNED-PAYLOAD" : need(headers, "x-amz-content-sha256"),
  };
}

/** @param {string} date */
function parseDate(date) {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!found) throw badRequest("Invalid date");
  const [, year, month, day, hour, minute, second] = found;
  return Date.parse(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`);
}

/** @param {ApiRequest} request @param {Authorization} authorization */
function canonicalRequest({ method, path, query, headers }, { signedHeaders, payload }) {
  const names = signedHeaders.split(";").toSorted();
  if (!names.includes("host")) throw badRequest("Header `Host` should be signed");
  for (const name of Object.keys(headers)) {
    if (name.startsWith("x-amz-") && name !== "x-amz-content-sha256" && !names.includes(name)) {
      throw badRequest(`Header \`${name}\` should be signed`);
    }
  }
  const items = query.filter(([name]) => name.toLowerCase() !== "x-amz-signature");
  const lines = names.map((name) => {
    const value = headers[name];
    if (value === undefined) throw badRequest(`signed header \`${name}\` is not present`);
    return `${name}:${value.trim().replaceAll(/\s+/g, " ")}\n`;
  });
  return [
    method,
    uriEncode(decodePath(path), false),
    items
      .map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`)
      .toSorted()
      .join("&"),
    lines.join(""),
    names.join(";"),
    payload,
  ].join("\n");
}

/** @param {string} given @param {Buffer} expected */
function sameSignature(given, expected) {
  const bytes = Buffer.from(given, "hex");
  return bytes.length === expected.length && timingSafeEqual(bytes, expected);
}

/**
 * Who sent a request, and its body, which fails while it is read when it is not what was signed.
 * @param {Node} node
 * @param {ApiRequest} request
 * @returns {{ key: Key; request: ApiRequest }}
 */
export function verify(node, request) {
  if (new Set(request.query.map(([name]) => name.toLowerCase())).size < request.query.length) {
    throw badRequest("duplicate query parameter");
  }
  const authorization = readAuthorization(request);
  if (!authorization) throw forbidden("Garage does not support anonymous access yet");
  const { keyId, date, scope, signature, payload, presigned } = authorization;
  const day = date.slice(0, 8);
  const expected = `${day}/${node.config.region}/s3/aws4_request`;
  const canonical = canonicalRequest(request, authorization);
  if (scope !== expected) {
    throw new ApiError(
      400,
      "AuthorizationHeaderMalformed",
      `Authorization header malformed, unexpected scope: '${scope}', expected: '${expected}'`,
    );
  }
  const key = node.store.all("keys").get(keyId);
  if (key?.secret === undefined) throw forbidden(`No such key: ${keyId}`);
  if (isExpired(key)) throw forbidden(`Access key ${keyId} has expired`);
  const signing = [node.config.region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${key.secret}`, day));
  if (!sameSignature(signature, hmac(signing, [algorithm, date, scope, sha256(canonical)].join("\n")))) {
    throw forbidden("Invalid signature");
  }
  if (presigned) return { key, request: { ...request, headers: { ...request.headers, ...queryAsHeaders(request) } } };
  return { key, request: { ...request, ...decodeBody(request, payload, { signing, date, scope, signature }) } };
}

/** Parameters that stand for headers. @param {ApiRequest} request */
function queryAsHeaders({ query }) {
  const found = query.map(([name, value]) => /** @type {const} */ ([name.toLowerCase(), value]));
  return Object.fromEntries(found.filter(([name]) => name.startsWith("x-amz-")));
}

/**
 * @param {ApiRequest} request
 * @param {string} payload the header x-amz-content-sha256
 * @param {{ signing: Buffer; date: string; scope: string; signature: string }} chain
 */
function decodeBody({ headers, body }, payload, chain) {
  if (payload === "UNSIGNED-PAYLOAD") return {};
  if (!payload.startsWith("STREAMING-")) {
    if (!/^[0-9a-f]{64}$/i.test(payload)) throw badRequest("Invalid content sha256 hash");
    return { body: checkHash(body, payload) };
  }
  const trailer = payload.endsWith("-TRAILER");
  const signed = payload.startsWith(`STREAMING-${algorithm}-PAYLOAD`);
  const modes = [
    `STREAMING-${algorithm}-PAYLOAD`,
    `STREAMING-${algorithm}-PAYLOAD-TRAILER`,
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
  ];
  if (!modes.includes(payload)) throw badRequest("invalid or unsupported x-amz-content-sha256");
  const encodings = (headers["content-encoding"] ?? "aws-chunked").split(",").map((encoding) => encoding.trim());
  if (!encodings.includes("aws-chunked")) {
    throw badRequest("content-encoding does not contain aws-chunked for STREAMING-*-PAYLOAD");
  }
  if (trailer && headers["x-amz-trailer"] === undefined) throw badRequest("Missing x-amz-trailer header");
  const { "content-encoding": _, ...others } = headers;
  const left = encodings.filter((encoding) => encoding !== "aws-chunked").join(",");
  const length = headers["x-amz-decoded-content-length"];
  return {
    headers: left === "" ? others : { ...others, "content-encoding": left },
    body: readChunks(body, { ...chain, signed, trailer, length: length === undefined ? undefined : Number(length) }),
  };
}

/** @param {AsyncIterable<Buffer>} body @param {string} expected */
async function* checkHash(body, expected) {
  const hash = createHash("sha256");
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") !== expected.toLowerCase()) {
    throw new ApiError(400, "InvalidDigest", "Invalid digest: Failed to validate x-amz-content-sha256");
  }
}

/**
 * Chunks, each signed after the one before.
 * @param {AsyncIterable<Buffer>} body
 * @param {{ signing: Buffer; date: string; scope: string; signature: string; signed: boolean; trailer: boolean; length: number | undefined }} options
 */
async function* readChunks(body, { signing, date, scope, signature, signed, trailer, length }) {
  let buffer = Buffer.alloc(0);
  const source = body[Symbol.asyncIterator]();
  async function more() {
    const next = await source.next();
    if (next.done) throw badRequest("Error reading chunk from stream: the body ends too early");
    buffer = Buffer.concat([buffer, next.value]);
  }
  async function line() {
    for (;;) {
      const end = buffer.indexOf("\r\n");
      if (end >= 0) {
        const found = buffer.subarray(0, end).toString();
        buffer = buffer.subarray(end + 2);
        return found;
      }
      if (buffer.length > 8192) throw badRequest("Error parsing chunk header");
      await more();
    }
  }
  let previous = signature;
  let total = 0;
  for (let size = -1; size !== 0;) {
    const header = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(await line());
    if (!header || signed !== (header[2] !== undefined)) throw badRequest("Error parsing chunk header");
    size = Number.parseInt(header[1] ?? "", 16);
    while (buffer.length < size) await more();
    const data = Buffer.from(buffer.subarray(0, size));
    buffer = buffer.subarray(size);
    if (size > 0 && (await line()) !== "") throw badRequest("Error parsing the end of a chunk");
    if (signed) {
      const text = [`${algorithm}-PAYLOAD`, date, scope, previous, sha256(""), sha256(data)].join("\n");
      previous = hmac(signing, text).toString("hex");
      if (previous !== header[2]?.toLowerCase()) throw badRequest("Error reading chunk: Bad signature");
    }
    total += size;
    yield data;
  }
  if (trailer && !/^x-amz-checksum-[a-z0-9]+:[A-Za-z0-9+/=]+\n?$/.test(await line()))
    throw badRequest("Error parsing trailer");
  if (length !== undefined && total !== length) {
    throw badRequest(`x-amz-decoded-content-length is ${String(length)}, found ${String(total)} bytes`);
  }
  // What follows (the end of a trailer, its signature) is read so that the connection can be used again.
  for (let next = await source.next(); !next.done;) next = await source.next();
}
