import { createHash, createHmac } from "node:crypto";
import { type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

export interface Target {
  readonly admin: string;
  readonly s3: string;
  readonly web: string;
  readonly token: string;
  readonly region: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One exchange with node:http, since fetch allows no Host header. */
export function exchange(
  url: string,
  { method = "GET", headers = {}, body = "" }: HttpRequest = {},
): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const length = body === "" && method === "GET" ? {} : { "content-length": String(Buffer.byteLength(body)) };
  const sent = request(url, { method, headers: { ...length, ...headers }, agent: false }, (response) => {
    const { statusCode = 0, headers: found } = response;
    text(response).then((read) => resolve({ status: statusCode, headers: found, text: read }), reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

export interface AdminAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

/** A call of the admin API: GET without a body, POST with one, which is sent as it is when it is text. */
export async function admin(target: Target, call: string, body?: unknown): Promise<AdminAnswer> {
  const { status, text: read } = await exchange(`${target.admin}/v2/${call}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${target.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status, text: read, json: JSON.parse(read) };
}

interface S3Request {
  readonly method?: string;
  /** Percent-encoded, with the query. */
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that are not signed. */
  readonly unsigned?: Readonly<Record<string, string>>;
  readonly host?: string;
  readonly date?: Date;
  readonly region?: string;
  readonly secret?: string;
  /** The header x-amz-content-sha256, where it is not the body's. */
  readonly payload?: string;
  /** Seconds until a presigned address expires. */
  readonly presigned?: number;
  readonly chunked?: "signed" | "unsigned-trailer" | "broken";
}

export type S3Client = (request: S3Request) => Promise<HttpAnswer>;

const algorithm = "AWS4-HMAC-SHA256";
const sha256 = (data: string) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
const encode = (value: string) =>
  encodeURIComponent(value).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Signs as the AWS documentation says (signature version 4). */
export function s3Client(target: Target, key: { readonly id: string; readonly secret: string }): S3Client {
  return ({ method = "GET", path, body = "", headers = {}, unsigned = {}, chunked, presigned, ...options }) => {
    const { secret = key.secret, region = target.region, host = new URL(target.s3).host } = options;
    const date = (options.date ?? new Date()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    const scope = `${date.slice(0, 8)}/${region}/s3/aws4_request`;
    const [pathname = "", search = ""] = path.split("?");
    const chunkedPayload =
      chunked === "unsigned-trailer" ? "STREAMING-UNSIGNED-PAYLOAD-TRAILER" : `STREAMING-${algorithm}-PAYLOAD`;
    const payload =
      options.payload ??
      (presigned === undefined ? (chunked === undefined ? sha256(body) : chunkedPayload) : "UNSIGNED-PAYLOAD");
    const trailer = chunked === "unsigned-trailer" ? { "x-amz-trailer": "x-amz-checksum-sha256" } : {};
    const decoded = chunked === undefined ? {} : { "x-amz-decoded-content-length": String(Buffer.byteLength(body)) };
    const own = presigned === undefined ? { "x-amz-date": date, "x-amz-content-sha256": payload } : {};
    const signed: Record<string, string> = { ...headers, ...own, ...trailer, ...decoded, host };
    const names = Object.keys(signed).toSorted();
    const query = new URLSearchParams(search);
    if (presigned !== undefined) {
      query.set("X-Amz-Algorithm", algorithm);
      query.set("X-Amz-Credential", `${key.id}/${scope}`);
      query.set("X-Amz-Date", date);
      query.set("X-Amz-Expires", String(presigned));
      query.set("X-Amz-SignedHeaders", names.join(";"));
    }
    const canonicalQuery = [...query]
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .toSorted()
      .join("&");
    const canonicalPath = pathname
      .split("/")
      .map((part) => encode(decodeURIComponent(part)))
      .join("/");
    const lines = names.map((name) => `${name}:${signed[name] ?? ""}\n`).join("");
    const canonical = [method, canonicalPath, canonicalQuery, lines, names.join(";"), payload].join("\n");
    const signing = [region, "s3", "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, date.slice(0, 8)));
    const signature = hmac(signing, [algorithm, date, scope, sha256(canonical)].join("\n")).toString("hex");
    const authorization = `${algorithm} Credential=${key.id}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
    const address = `${target.s3}${canonicalPath}?${canonicalQuery}`;
    return exchange(presigned === undefined ? address : `${address}&X-Amz-Signature=${signature}`, {
      method,
      headers: { ...signed, ...unsigned, ...(presigned === undefined ? { authorization } : {}) },
      body: chunked === undefined ? body : chunks(body, { chunked, signing, date, scope, signature }),
    });
  };
}

interface Chain {
  readonly chunked: "signed" | "unsigned-trailer" | "broken";
  readonly signing: Buffer;
  readonly date: string;
  readonly scope: string;
  readonly signature: string;
}

function chunks(body: string, { chunked, signing, date, scope, signature }: Chain): string {
  const parts = [body.slice(0, 8192), body.slice(8192), ""];
  if (chunked === "unsigned-trailer") {
    const sum = createHash("sha256").update(body).digest("base64");
    const sent = parts.map((part) => `${part.length.toString(16)}\r\n${part}${part === "" ? "" : "\r\n"}`);
    return `${sent.join("")}x-amz-checksum-sha256:${sum}\r\n\r\n`;
  }
  let previous = signature;
  const sent = parts.map((part) => {
    const text = [`${algorithm}-PAYLOAD`, date, scope, previous, sha256(""), sha256(part)].join("\n");
    previous = hmac(signing, text).toString("hex");
    const shown = chunked === "broken" ? previous.replaceAll(/^./g, (c) => (c === "0" ? "1" : "0")) : previous;
    return `${part.length.toString(16)};chunk-signature=${shown}\r\n${part}\r\n`;
  });
  return sent.join("");
}
