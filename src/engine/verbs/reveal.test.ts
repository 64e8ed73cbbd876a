import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeBench } from "../testing/bench.ts";
import { failure, temporaryFolder } from "../testing/temporary-folder.ts";

const deployment = {
  name: "example.org",
  environment: "test",
  components: {},
  secrets: {
    "db/password": { origin: "generated", format: "hex", length: 16 },
    "initial-user/password": { origin: "given" },
    "web/push": { origin: "key", type: "p256" },
  },
} as const;

test("a secret is given in the form in which it is used; it reaches no event and changes nothing", async (context) => {
  const identityFile = join(temporaryFolder(context), "identity.txt");
  const { engine, events, disk } = makeBench({ identityFile });
  await assert.rejects(engine.reveal("db/password"), failure("secret-unknown"));
  await engine.apply(deployment, { "initial-user/password": "correct horse battery" });
  const [before, writes] = [events.length, disk.writes()];
  const value = await engine.reveal("db/password");
  assert.match(value, /^[0-9a-f]{32}$/);
  assert.equal(await engine.reveal("db/password"), value);
  assert.equal(await engine.reveal("initial-user/password"), "correct horse battery");
  assert.match(await engine.reveal("web/push"), /^[A-Za-z0-9_-]{43}$/);
  assert.deepEqual([events.length, disk.writes()], [before, writes]);
  assert.ok(!JSON.stringify(events).includes(value));
  await assert.rejects(engine.reveal("other"), failure("secret-unknown"));
  rmSync(identityFile);
  await assert.rejects(engine.reveal("db/password"), failure("secrets-unreadable", /not there/));
});
