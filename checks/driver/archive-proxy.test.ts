import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { test } from "node:test";
import type { Archive } from "../../src/providers/local-machine/archive.ts";
import { archiveProxy, isAllowed, upstreamProxy } from "./archive-proxy.ts";

const archive: Archive = {
  repositories: [
    { uri: "http://mirror.example/debian/", suite: "trixie" },
    { uri: "https://secure.example/debian/", suite: "trixie" },
  ],
  settings: [],
};

test("only reading from the archive's own hosts is allowed", () => {
  assert.equal(isAllowed(archive, "GET", "http://mirror.example/debian/dists/trixie/InRelease"), true);
  assert.equal(isAllowed(archive, "HEAD", "http://mirror.example/debian/pool/a.deb"), true);
  assert.equal(isAllowed(archive, "CONNECT", "secure.example:443"), true);
  for (const [method, target] of [
    ["POST", "http://mirror.example/debian/"],
    ["GET", "http://mirror.example:8080/debian/"],
    ["GET", "http://mirror.example.evil.example/"],
    ["GET", "http://evil.example/?http://mirror.example/"],
    ["GET", "ftp://mirror.example/debian/"],
    ["GET", "/debian/"],
    ["GET", "http://secure.example/debian/"],
    ["CONNECT", "mirror.example:443"],
    ["CONNECT", "secure.example:22"],
  ] as const) {
    assert.equal(isAllowed(archive, method, target), false, `${method} ${target}`);
  }
});

test("the proxy of this computer's apt is found in its settings", () => {
  assert.equal(upstreamProxy(['Acquire::Retries "3"']), undefined);
  assert.equal(upstreamProxy(['Acquire::http::Proxy "DIRECT"']), undefined);
  assert.equal(upstreamProxy(['Acquire::http::Proxy "http://p.example:3128"'])?.host, "p.example:3128");
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function get(port: number, path: string): Promise<{ status: number; body: string }> {
  const outgoing = request({ host: "127.0.0.1", port, path }).end();
  const [reply] = (await once(outgoing, "response")) as [IncomingMessage];
  let body = "";
  for await (const chunk of reply) body += String(chunk);
  return { status: reply.statusCode ?? 0, body };
}

test("what the archive answers comes through, and an archive that is away is said to be", async () => {
  const origin = createServer((incoming, answer) => answer.writeHead(206).end(`you asked for ${incoming.url ?? ""}`));
  const port = await listen(origin);
  const uri = `http://127.0.0.1:${String(port)}/debian/`;
  const proxy = archiveProxy({ repositories: [{ uri, suite: "trixie" }], settings: [] });
  const proxyPort = await listen(proxy);
  try {
    assert.deepEqual(await get(proxyPort, `${uri}a?b`), { status: 206, body: "you asked for /debian/a?b" });
    assert.equal((await get(proxyPort, "http://127.0.0.1:1/debian/")).status, 403);
    const client = connect(proxyPort, "127.0.0.1");
    client.write("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n");
    const [refusal] = (await once(client, "data")) as [Buffer];
    assert.match(refusal.toString("utf8"), /^HTTP\/1\.1 403 /);
    client.destroy();
    origin.closeAllConnections();
    origin.close();
    await once(origin, "close");
    assert.equal((await get(proxyPort, `${uri}a`)).status, 502);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});

test("the proxy of this computer's apt is asked in its place", async () => {
  const upstream = createServer((incoming, answer) => answer.end(`proxy was asked for ${incoming.url ?? ""}`));
  const port = await listen(upstream);
  const settings = [`Acquire::http::Proxy "http://127.0.0.1:${String(port)}"`];
  const proxy = archiveProxy({ ...archive, settings });
  const proxyPort = await listen(proxy);
  try {
    const target = "http://mirror.example/debian/dists/trixie/InRelease";
    assert.deepEqual(await get(proxyPort, target), { status: 200, body: `proxy was asked for ${target}` });
  } finally {
    for (const server of [proxy, upstream]) {
      server.closeAllConnections();
      server.close();
    }
  }
});
