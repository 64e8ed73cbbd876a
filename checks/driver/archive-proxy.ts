import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { pipeline, type Duplex } from "node:stream";
import type { Archive } from "../../src/providers/local-machine/archive.ts";

/** The part of `http://host:port` that says where to connect. */
interface Authority {
  readonly host: string;
  readonly port: number;
}

/** Where this computer's apt sends its requests instead of to the archive itself, if its settings say so. */
export function upstreamProxy(settings: readonly string[]): URL | undefined {
  const value = settings
    .map((setting) => /^Acquire::http::Proxy "(http:\/\/[^"]+)"$/i.exec(setting)?.[1])
    .find(Boolean);
  return value === undefined ? undefined : new URL(value);
}

/** Tells whether a request is one that apt makes of this computer's own archive. */
export function isAllowed(archive: Archive, method: string, target: string): boolean {
  const sources = archive.repositories.map((repository) => new URL(repository.uri));
  if (method === "CONNECT") {
    return sources.some(
      (source) => source.protocol === "https:" && `${source.hostname}:${source.port || "443"}` === target,
    );
  }
  if (method !== "GET" && method !== "HEAD") return false;
  if (!URL.canParse(target)) return false;
  const { protocol, host } = new URL(target);
  return protocol === "http:" && sources.some((source) => source.protocol === "http:" && source.host === host);
}

function forward(archive: Archive, incoming: IncomingMessage, answer: ServerResponse): void {
  const target = incoming.url ?? "";
  if (!isAllowed(archive, incoming.method ?? "", target)) {
    answer
      .writeHead(403, { "content-type": "text/plain" })
      .end("Only this computer's Debian archive is within reach.\n");
    return;
  }
  const url = new URL(target);
  const proxy = upstreamProxy(archive.settings);
  const to: Authority = proxy === undefined ? authority(url) : authority(proxy);
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !name.startsWith("proxy-")));
  const outgoing = request(
    {
      host: to.host,
      port: to.port,
      method: incoming.method,
      path: proxy === undefined ? `${url.pathname}${url.search}` : target,
      headers,
    },
    (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      pipeline(reply, answer, () => undefined);
    },
  );
  outgoing.on("error", (error) => {
    if (answer.headersSent) answer.destroy();
    else answer.writeHead(502, { "content-type": "text/plain" }).end(`${error.message}\n`);
  });
  answer.on("close", () => outgoing.destroy());
  outgoing.end();
}

function authority(url: URL): Authority {
  return { host: url.hostname, port: Number(url.port || "80") };
}

function tunnel(archive: Archive, target: string, client: Duplex): void {
  client.on("error", () => client.destroy());
  if (!isAllowed(archive, "CONNECT", target)) {
    client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  const [host = "", port = "443"] = target.split(":");
  const proxy = upstreamProxy(archive.settings);
  const to = proxy === undefined ? { host, port: Number(port) } : authority(proxy);
  const server = connect(to, () => {
    // An upstream proxy answers the same request in our place.
    if (proxy === undefined) client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    else server.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    pipeline(client, server, client, () => undefined);
  });
  server.on("error", () => client.destroy());
}

/**
 * Gives an HTTP proxy that leads to the Debian archive of this computer's own apt and nowhere else. It reads only, and
 * passes everything on as it comes.
 */
export function archiveProxy(archive: Archive): Server {
  const server = createServer((incoming, answer) => {
    forward(archive, incoming, answer);
  });
  server.on("connect", (incoming: IncomingMessage, client: Duplex) => {
    tunnel(archive, incoming.url ?? "", client);
  });
  return server;
}
