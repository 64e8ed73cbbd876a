import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { deployed, systemOf } from "../testing/services.ts";
import { stablePort } from "./stable-port.ts";

test("a port depends on the name alone, and lies below the ephemeral ones", () => {
  assert.equal(stablePort("cache mastodon-queue"), 20_086);
  fc.assert(
    fc.property(fc.string(), (name) => {
      const port = stablePort(name);
      assert.ok(port >= 16_000 && port < 24_000);
      assert.equal(stablePort(name), port);
    }),
  );
});

test("all applications of the catalogue together want different ports", () => {
  const { ports } = systemOf(deployed({ mastodon: {}, peertube: {}, pixelfed: {}, snac: {} }));
  const owners = Object.entries(ports).map(([port, { owner }]) => `${port} ${owner}`);
  for (const name of ["mastodon-queue", "peertube-jobs", "pixelfed-queue"]) {
    assert.ok(owners.includes(`tcp/${String(stablePort(`cache ${name}`))} valkey-${name}`), name);
  }
  assert.deepEqual(
    Object.values(ports)
      .map(({ owner }) => owner)
      .filter((owner) => !owner.startsWith("valkey-"))
      .toSorted(),
    [
      ...["caddy", "caddy", "garage-server", "garage-server", "garage-server", "garage-server"],
      ...["mastodon-streaming", "mastodon-web", "peertube-server", "pixelfed-web", "postgresql", "snac"],
    ],
  );
});
