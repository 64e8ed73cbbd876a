/** An answer other than success, in the form of RFC 7807 that PeerTube uses. */
export class Refusal extends Error {
  constructor(status, detail, code) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export async function readBody(request, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > limit) throw new Refusal(413, "the body is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The fields of a body, as JSON or as a form. */
export async function readFields(request) {
  const body = await readBody(request, 8 * 1024 ** 2);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("application/x-www-form-urlencoded"))
    return Object.fromEntries(new URLSearchParams(body.toString("utf8")));
  if (body.length === 0) return {};
  if (!type.startsWith("application/json")) throw new Refusal(400, `not JSON but ${type}`);
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new Refusal(400, "the body is not valid JSON");
  }
}

/** The fields and files of multipart/form-data (RFC 7578). */
export async function readMultipart(request, limit) {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(request.headers["content-type"] ?? "")?.[1];
  if (boundary === undefined) throw new Refusal(400, "not multipart/form-data");
  const body = Buffer.concat([Buffer.from("\r\n"), await readBody(request, limit)]);
  const mark = Buffer.from(`\r\n--${boundary}`);
  const fields = {};
  const files = {};
  for (let at = body.indexOf(mark); at >= 0;) {
    const end = body.indexOf(mark, at + mark.length);
    if (end < 0) break;
    const part = body.subarray(at + mark.length + 2, end);
    const split = part.indexOf("\r\n\r\n");
    const head = part.toString("utf8", 0, split);
    const name = /[; ]name="([^"]*)"/.exec(head)?.[1];
    const filename = /filename="([^"]*)"/.exec(head)?.[1];
    const content = part.subarray(split + 4);
    if (name === undefined) throw new Refusal(400, "a part without a name");
    if (filename === undefined) fields[name] = content.toString("utf8");
    else files[name] = { filename, content };
    at = end;
  }
  return { fields, files };
}

export function sendJson(response, status, value, headers = {}) {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(value));
}

export function sendEmpty(response, status = 204, headers = {}) {
  response.writeHead(status, { "content-length": 0, ...headers });
  response.end();
}

export function sendRefusal(response, { status, message, code }) {
  sendJson(
    response,
    status,
    {
      type:
        code === undefined
          ? "about:blank"
          : `https://docs.joinpeertube.org/api-rest-reference.html#section/Errors/${code}`,
      detail: message,
      error: message,
      status,
      ...(code === undefined ? {} : { code }),
    },
    { "content-type": "application/problem+json; charset=utf-8" },
  );
}
