import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { admin, exchange, s3Client } from "./garage-client.ts";
import { doubleProgram, environmentOf, type Started, startGarage, stopGarage } from "./start-garage.ts";

async function withFolder(run: (folder: string, started: Started[]) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), "garage-double-"));
  const started: Started[] = [];
  try {
    await run(folder, started);
  } finally {
    await Promise.all(started.map((one) => stopGarage(one)));
    await rm(folder, { recursive: true, force: true });
  }
}

async function garage(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const [command = "", ...before] = doubleProgram;
  execFile(command, [...before, ...args], { env: { ...environmentOf(folder), ...env } }, (error, stdout, stderr) => {
    resolve({ code: error?.code ?? 0, stdout, stderr });
  });
  return promise;
}

const program = doubleProgram;

describe("the double of Garage", { concurrency: 3 }, () => {
  test("keeps what was acknowledged when it is killed, and its identity", () =>
    withFolder(async (folder, started) => {
      const first = await startGarage(folder, { program, arguments: ["--single-node"], version: "2.4.1" });
      started.push(first);
      const { target } = first;
      const key = (await admin(target, "CreateKey", { allow: { createBucket: true } })).json as Record<string, string>;
      const client = s3Client(target, { id: key["accessKeyId"] ?? "", secret: key["secretAccessKey"] ?? "" });
      assert.equal((await client({ method: "PUT", path: "/kept" })).status, 200);
      assert.equal((await client({ method: "PUT", path: "/kept/object", body: "hello" })).status, 200);
      const id = await garage(folder, ["node", "id", "-q"]);
      assert.match(id.stdout, /^[0-9a-f]{64}@127\.0\.0\.1:\d+\n$/);
      assert.equal((await stat(join(folder, "meta/node_key"))).mode & 0o777, 0o600);
      await stopGarage(first, "SIGKILL");
      assert.equal((await garage(folder, ["status"])).code, 1);

      const second = await startGarage(folder, { program, again: true, version: "2.5.0" });
      started.push(second);
      assert.match(second.output(), /Migrated metadata to step 3/);
      assert.doesNotMatch(second.output(), /step 2/);
      assert.equal((await client({ path: "/kept/object" })).text, "hello");
      assert.equal((await garage(folder, ["node", "id", "-q"])).stdout, id.stdout);
      const status = await garage(folder, ["status"]);
      assert.deepEqual([status.code, status.stderr], [0, ""]);
      assert.ok(status.stdout.includes(id.stdout.slice(0, 16)));
      assert.match((await garage(folder, ["health"])).stdout, /HEALTHY/);
      const listed = await garage(folder, ["json-api", "ListKeys", "{}"]);
      assert.equal((JSON.parse(listed.stdout) as unknown[]).length, 1);
      const health = await garage(folder, ["json-api", "GetClusterHealth", "null"]);
      assert.match(health.stdout, /"status": "healthy"/);
      const wrong = await garage(folder, ["status"], { GARAGE_RPC_SECRET: "0".repeat(64) });
      assert.equal(wrong.code, 1);
      assert.match(wrong.stderr, /rpc_secret/);
      assert.equal((await garage(folder, ["--version"])).stdout.split(" ")[1], "v2.5.0");
    }));

  test("with the fault: migrates, answers, and never becomes healthy", () =>
    withFolder(async (folder, started) => {
      const one = await startGarage(folder, { program, arguments: ["--single-node"], fault: "unhealthy" });
      started.push(one);
      assert.match(one.output(), /Migrated metadata to step 3/);
      assert.equal((await exchange(`${one.target.admin}/health`)).status, 503);
      assert.equal((await garage(folder, ["health"])).code, 1);
    }));

  test("older versions know less, and say so", () =>
    withFolder(async (folder, started) => {
      const one = await startGarage(folder, { program, version: "2.1.0" });
      started.push(one);
      const { target } = one;
      const { nodes } = (await admin(target, "GetClusterStatus")).json as { nodes: { id: string }[] };
      const role = { id: nodes[0]?.id, zone: "z", tags: [], capacity: 1_000_000 };
      await admin(target, "UpdateClusterLayout", { roles: [role] });
      await admin(target, "ApplyClusterLayout", { version: 1 });
      const bucket = (await admin(target, "CreateBucket", { globalAlias: "old" })).json as { id: string };
      const refused = await admin(target, `UpdateBucket?id=${bucket.id}`, { corsRules: [] });
      assert.equal(refused.status, 400);
      assert.match(refused.text, /since 2\.3\.0/);
      const key = { accessKeyId: "an-id-of-another-form", secretAccessKey: "a-secret-of-another-form" };
      assert.equal((await admin(target, "ImportKey", key)).status, 400);
      assert.match((await garage(folder, ["server", "--single-node"])).stderr, /since 2\.3\.0/);
      assert.match((await garage(folder, ["health"])).stderr, /since 2\.4\.0/);
      const misspelt = await admin(target, "CreateBucket", { globalALias: "x" });
      assert.match(misspelt.text, /knows no field `globalALias`/);
      assert.equal((await admin(target, "GetBucketInfo?global_alias=old")).status, 400);
    }));

  test("three nodes find each other, and one may be missing", () =>
    withFolder(async (folder, started) => {
      const rpcSecret = randomBytes(32).toString("hex");
      const nodes = await Promise.all(
        ["a", "b", "c"].map(async (name) => {
          const own = join(folder, name);
          await mkdir(own);
          const one = await startGarage(own, { program, replicas: 3, rpcSecret });
          started.push(one);
          return { ...one, id: (await garage(own, ["node", "id", "-q"])).stdout.trim() };
        }),
      );
      const [first, second, third] = nodes;
      assert.ok(first && second && third);
      const peers = [second.id, third.id];
      const met = await admin(first.target, "ConnectClusterNodes", peers);
      assert.deepEqual(
        met.json,
        peers.map(() => ({ success: true, error: null })),
      );
      const roles = nodes.map(({ id }) => ({ id: id.split("@")[0], zone: "z", tags: [], capacity: 1_000_000 }));
      await admin(first.target, "UpdateClusterLayout", { roles: roles.slice(1) });
      assert.equal((await admin(first.target, "ApplyClusterLayout", { version: 1 })).status, 500);
      await admin(first.target, "UpdateClusterLayout", { roles });
      assert.equal((await admin(first.target, "ApplyClusterLayout", { version: 1 })).status, 200);
      const layout = (await admin(third.target, "GetClusterLayout")).json as { version: number };
      assert.equal(layout.version, 1);
      const health = async () => ((await admin(first.target, "GetClusterHealth")).json as { status: string }).status;
      assert.equal(await health(), "healthy");
      const key = (await admin(first.target, "CreateKey", {})).json as Record<string, string>;
      const client = s3Client(first.target, { id: key["accessKeyId"] ?? "", secret: key["secretAccessKey"] ?? "" });
      await stopGarage(third);
      assert.equal(await health(), "degraded");
      assert.equal((await client({ path: "/" })).status, 200);
      await stopGarage(second);
      assert.equal(await health(), "unavailable");
      assert.equal((await exchange(`${first.target.admin}/health`)).status, 503);
      assert.equal((await client({ path: "/" })).status, 503);
    }));

  test("a port that is taken ends it with a reason", () =>
    withFolder(async (folder, started) => {
      started.push(await startGarage(folder, { program }));
      const other = join(folder, "other");
      await mkdir(other);
      const config = await readFile(join(folder, "garage.toml"), "utf8");
      await writeFile(join(other, "garage.toml"), config.replaceAll(`"${folder}/meta"`, `"${other}/meta"`));
      const { code, stderr } = await garage(other, ["server"]);
      assert.equal(code, 1);
      assert.match(stderr, /double: 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    }));
});
