import assert from "node:assert/strict";
import { test } from "node:test";
import { output, secret } from "../../model/reference.ts";
import { contentOf, fulfilled, here, linesOf, there } from "../testing/fulfilled.ts";
import { cache } from "./cache.ts";
import { stablePort } from "./stable-port.ts";

const port = stablePort("cache app-pages");
const file = "/etc/fediversity/valkey/app-pages.conf";

test("a cache may forget: in memory, on loopback, with a password that only it can read", () => {
  const { bindings, system, secrets } = fulfilled(cache, { memory: 64 }, [{ name: "pages", request: {} }]);
  assert.deepEqual(bindings, [
    { host: "127.0.0.1", port, password: secret("cache/app/pages"), unit: "valkey-app-pages.service" },
  ]);
  assert.equal(
    contentOf(system, file),
    [
      "bind 127.0.0.1 -::1",
      `port ${String(port)}`,
      "protected-mode no",
      "supervised systemd",
      "daemonize no",
      "dir /run/valkey-app-pages",
      "maxmemory 64mb",
      "maxmemory-policy allkeys-lru",
      "appendonly no",
      'save ""',
      'rename-command DEBUG ""',
      "requirepass {secret cache/app/pages}",
      "",
    ].join("\n"),
  );
  assert.deepEqual([system.files[file]?.owner, system.files[file]?.mode], ["valkey", "0400"]);
  assert.deepEqual(secrets, { "cache/app/pages": { origin: "generated", format: "alphanumeric", length: 40 } });
  assert.deepEqual([system.packages, system.directories], [["valkey-server"], {}]);
  assert.deepEqual(system.ports, { [`tcp/${String(port)}`]: { owner: "valkey-app-pages" } });
  const lines = linesOf(system, "valkey-app-pages.service");
  assert.ok(lines.includes(`ExecStart=/usr/bin/valkey-server ${file}`));
  assert.ok(!lines.some((line) => line.startsWith("ReadWritePaths=")));
});

test("a queue loses nothing: on the disk, and never to make room", () => {
  const { system } = fulfilled(cache, {}, [{ name: "pages", request: { durable: true } }]);
  const folder = "/srv/fediversity/app/pages";
  const lines = contentOf(system, file).split("\n");
  for (const line of [`dir ${folder}`, "maxmemory-policy noeviction", "appendonly yes", "appendfsync everysec"]) {
    assert.ok(lines.includes(line), line);
  }
  assert.deepEqual(system.directories[folder], {
    mode: "0700",
    owner: "valkey",
    group: "valkey",
    data: "queues of app",
  });
  assert.ok(linesOf(system, "valkey-app-pages.service").includes(`ReadWritePaths=${folder}`));
});

test("for an application elsewhere it listens for everybody, and the port lets that machine in alone", () => {
  const { bindings, system } = fulfilled(cache, {}, [{ name: "pages", request: {}, from: there }]);
  assert.deepEqual(bindings, [
    { host: output(`machine/${here.name}`, "address"), port, password: secret("cache/app/pages"), unit: "" },
  ]);
  assert.match(contentOf(system, file), /^bind \* -::\*$/m);
  assert.match(
    contentOf(system, "/etc/fediversity/restricted-ports/valkey-app-pages.nft"),
    new RegExp(`ip saddr 203.0.113.8 tcp dport ${String(port)} accept\\n *tcp dport ${String(port)} reject`),
  );
});

test("each request has an instance of its own", () => {
  const { bindings, system } = fulfilled(cache, {}, [
    { name: "pages", request: {} },
    { name: "jobs", request: { durable: true } },
  ]);
  assert.notEqual(bindings[0]?.port, bindings[1]?.port);
  assert.deepEqual(Object.keys(system.units), ["valkey-app-jobs.service", "valkey-app-pages.service"]);
});
