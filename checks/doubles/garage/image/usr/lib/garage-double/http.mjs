import { createServer } from "node:http";
import { ApiError, badRequest, internal } from "./errors.mjs";

/** @import { Address, Answer, ApiRequest } from "../../../../types.ts" */
/** @import { IncomingMessage, ServerResponse } from "node:http" */

/**
 * @param {Address} address
 * @param {(request: ApiRequest) => Promise<Answer>} handle
 * @param {(error: ApiError, path: string) => Answer} formatError
 */
export function serve(address, handle, formatError) {
  const server = createServer({ keepAliveTimeout: 60_000, requireHostHeader: false }, (request, response) => {
    void respond(request, response, handle, formatError);
  });
  return { server, ...address };
}

/**
 * @param {IncomingMessage} incoming
 * @param {ServerResponse} response
 * @param {(request: ApiRequest) => Promise<Answer>} handle
 * @param {(error: ApiError, path: string) => Answer} formatError
 */
async function respond(incoming, response, handle, formatError) {
  const target = incoming.url ?? "/";
  const [path = "/", search = ""] = target.split(/\?(.*)/s);
  /** @type {Answer} */
  let answer;
  try {
    answer = await handle({
      method: incoming.method ?? "GET",
      path,
      query: [...new URLSearchParams(search)],
      headers: joinHeaders(incoming),
      host: hostOf(incoming.headers.host),
      body: incoming,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) console.error(error);
    answer = formatError(error instanceof ApiError ? error : internal("the double failed"), path);
  }
  // A client that still sends reads the answer only when it can go on sending.
  incoming.resume();
  const { status, headers = {}, body = "" } = answer;
  if (typeof body === "string" || Buffer.isBuffer(body)) {
    response.writeHead(status, {
      ...(status === 204 ? {} : { "content-length": Buffer.byteLength(body) }),
      ...headers,
    });
    response.end(incoming.method === "HEAD" ? undefined : body);
    return;
  }
  response.writeHead(status, headers);
  try {
    for await (const chunk of body) {
      if (!response.write(chunk))
        await new Promise((resolve) => void response.once("drain", resolve).once("close", resolve));
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    console.error(error);
    response.destroy();
  }
}

/**
 * The headers as they came, for signatures: several of one name become one value.
 * @param {IncomingMessage} incoming
 */
function joinHeaders(incoming) {
  /** @type {Record<string, string>} */
  const headers = {};
  for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
    const name = (incoming.rawHeaders[index] ?? "").toLowerCase();
    const value = Buffer.from(incoming.rawHeaders[index + 1] ?? "", "latin1").toString();
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name] ?? ""},${value}` : value;
  }
  return headers;
}

/** Without the port, in lower case. @param {string | undefined} header */
function hostOf(header) {
  return (header ?? "").replace(/(^\[[^\]]*\]|^[^:]*):[0-9]*$/, "$1").toLowerCase();
}

/** @param {ApiRequest} request */
export function requireHost(request) {
  if (request.host === "") throw badRequest("Host header required");
}

/**
 * The bucket that a host below a root domain names.
 * @param {string} host
 * @param {string | undefined} rootDomain
 */
export function hostToBucket(host, rootDomain) {
  if (rootDomain === undefined) return undefined;
  const suffix = `.${rootDomain.replace(/^\.+/, "")}`;
  return host.endsWith(suffix) && host.length > suffix.length ? host.slice(0, -suffix.length) : undefined;
}

/** @param {AsyncIterable<Buffer>} body */
export async function collect(body) {
  const chunks = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** @param {string} text */
export function decodePath(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badRequest("Invalid UTF-8");
  }
}
