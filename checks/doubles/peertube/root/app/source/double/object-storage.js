import { createHash, createHmac, randomUUID } from "node:crypto";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect } from "node:net";

const hash = (data) => createHash("sha256").update(data).digest("hex");
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();
const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Signs a request with AWS Signature Version 4. */
function sign({ method, url, headers, body, region, key, secret }) {
  const time = new Date().toISOString().replace(/[:-]|\.\d{3}/g, "");
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const all = { ...headers, host: url.host, "x-amz-content-sha256": hash(body), "x-amz-date": time };
  const names = Object.keys(all).toSorted();
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join("&");
  const canonical = [
    method,
    url.pathname,
    query,
    ...names.map((name) => `${name}:${all[name]}`),
    "",
    names.join(";"),
    hash(body),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, hash(canonical)].join("\n");
  const signing = [time.slice(0, 8), region, "s3", "aws4_request"].reduce(hmac, `AWS4${secret}`);
  const signature = createHmac("sha256", signing).update(text).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...all, authorization, "content-length": body.length };
}

/** Sends a request; `url.hostname` may be a bucket's own name, whose address the system's resolver must know. */
function send(method, url, headers, body) {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? requestHttps : requestHttp)(
      url,
      { method, headers, timeout: 30_000 },
      (response) => {
        const chunks = [];
        response.on("data", (chunk) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(chunks) }));
      },
    );
    request.on("timeout", () => request.destroy(new Error("no answer in 30 s")));
    request.on("error", reject);
    request.end(body);
  });
}

/** An S3 error by its code alone: the message may quote what was sent. */
const codeOf = ({ status, body }) => `${status} ${/<Code>([A-Za-z]+)<\/Code>/.exec(body)?.[1] ?? ""}`.trim();

export function objectStorage({ get, buckets }) {
  const endpoint = get("object_storage.endpoint");
  const base = new URL(/^https?:\/\//.test(endpoint) ? endpoint : `https://${endpoint}`);
  const pathStyle = get("object_storage.force_path_style");
  const of = (name, part) => get(`object_storage.${name}.${part}`);

  const address = (name, key) => {
    const bucket = of(name, "bucket_name");
    const path = key.split("/").map(encode).join("/");
    return pathStyle
      ? new URL(`/${bucket}/${path}`, base)
      : new URL(`${base.protocol}//${bucket}.${base.host}/${path}`);
  };

  const call = (method, name, key, { query = "", headers = {}, body = Buffer.alloc(0) } = {}) => {
    const url = address(name, key);
    url.search = query;
    const credentials = {
      key: get("object_storage.credentials.access_key_id"),
      secret: get("object_storage.credentials.secret_access_key"),
    };
    return send(
      method,
      url,
      sign({ method, url, headers, body, region: get("object_storage.region"), ...credentials }),
      body,
    );
  };

  const must = async (method, name, key, more) => {
    const answer = await call(method, name, key, more);
    if (answer.status >= 300) throw new Error(`${method} in bucket ${of(name, "bucket_name")}: ${codeOf(answer)}`);
    return answer.body;
  };

  const aclHeader = (isPrivate) => {
    const acl = get(`object_storage.upload_acl.${isPrivate ? "private" : "public"}`);
    return acl === undefined ? {} : { "x-amz-acl": acl };
  };

  return {
    keyOf: (name, file) => `${of(name, "prefix")}${file}`,
    put: (name, key, body, { type = "application/octet-stream", isPrivate = false } = {}) =>
      must("PUT", name, key, { body, headers: { "content-type": type, ...aclHeader(isPrivate) } }),
    get: (name, key) => must("GET", name, key),
    remove: (name, key) => must("DELETE", name, key),
    /** As when a video's privacy changes. Nothing is called where the ACL is null. */
    setAcl: async (name, key, isPrivate) => {
      const headers = aclHeader(isPrivate);
      if (Object.keys(headers).length > 0) await must("PUT", name, key, { query: "acl", headers });
    },
    /**
     * Where browsers find an object. The base address replaces scheme and host alone: with path style the bucket stays
     * in the path, whoever serves the base address.
     */
    publicUrl: (name, key) => {
      const url = address(name, key);
      const own = of(name, "base_url");
      return own === undefined || own === "" ? url.href : `${own.replace(/\/$/, "")}${url.pathname}`;
    },
    /** Puts, gets and deletes an object in every bucket. @returns the problems */
    probe: async () => {
      const problems = [];
      await new Promise((resolve, reject) => {
        const port = Number(base.port) || (base.protocol === "https:" ? 443 : 80);
        const socket = connect({ host: base.hostname, port }, () => resolve(socket.end()));
        socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in 10 s")));
        socket.on("error", reject);
      }).catch((error) => problems.push(`PEERTUBE_OBJECT_STORAGE_ENDPOINT: ${error.code ?? error.message}`));
      if (problems.length > 0) return problems;
      for (const { name } of buckets) {
        const variable = `PEERTUBE_OBJECT_STORAGE_${name.toUpperCase()}_BUCKET_NAME`;
        const key = `${of(name, "prefix")}.probe-${randomUUID()}`;
        const content = Buffer.from(randomUUID());
        try {
          await must("PUT", name, key, { body: content, headers: { "content-type": "text/plain" } });
          if (!(await must("GET", name, key)).equals(content)) throw new Error("another object came back than was put");
          await must("DELETE", name, key);
        } catch (error) {
          const hint =
            error.code === "ENOTFOUND" ? " (without path style the bucket's name is a part of the host)" : "";
          problems.push(`${variable}: ${error.code ?? error.message}${hint}`);
        }
      }
      return problems;
    },
    /** Tries an ACL on an object of its own. @returns what the store says, or undefined when it knows ACLs */
    refusesAcl: async (acl) => {
      const key = `${of("web_videos", "prefix")}.probe-${randomUUID()}`;
      await must("PUT", "web_videos", key, { body: Buffer.from("acl") });
      const answer = await call("PUT", "web_videos", key, { query: "acl", headers: { "x-amz-acl": acl } });
      await must("DELETE", "web_videos", key);
      return answer.status >= 300 ? codeOf(answer) : undefined;
    },
  };
}
