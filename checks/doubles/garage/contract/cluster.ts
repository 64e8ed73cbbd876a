import assert from "node:assert/strict";
import { admin, exchange, s3Client } from "../garage-client.ts";
import {
  assertError,
  assertS3Error,
  call,
  gigabyte,
  hasLayout,
  type ContractCase,
  type LayoutInfo,
} from "./contract-case.ts";

/** The cluster: its layout, its health, and the token of the admin API. */
export const clusterContract: readonly ContractCase[] = [
  {
    name: "without a layout, health is 503 and the calls that need one fail",
    alone: true,
    async run(target) {
      if (await hasLayout(target)) return;
      const health = await exchange(`${target.admin}/health`);
      assert.equal(health.status, 503);
      assert.match(health.text, /^Quorum is not available for some\/all partitions, reads and writes will fail\n/);
      const { status } = await call<{ status: string }>(target, "GetClusterHealth");
      assert.equal(status, "unavailable");
      for (const [name, body] of [["ListKeys"], ["ListBuckets"], ["CreateKey", {}], ["CreateBucket", {}]] as const) {
        assertError(await admin(target, name, body), 500, "InternalError");
      }
      const client = s3Client(target, { id: "GK0123456789abcdef01234567", secret: "0".repeat(64) });
      await assertS3Error(client({ path: "/" }), 403, "AccessDenied");
      assert.equal((await exchange(`${target.web}/`)).status, 500);
    },
  },
  {
    name: "a layout is staged, reverted, previewed and applied with the next version number",
    alone: true,
    async run(target) {
      if (await hasLayout(target)) return;
      const { nodes } = await call<{ nodes: readonly { id: string; role: unknown; isUp: boolean }[] }>(
        target,
        "GetClusterStatus",
      );
      const [node] = nodes;
      assert.match(node?.id ?? "", /^[0-9a-f]{64}$/);
      assert.equal(node?.role, null);
      const id = node.id;
      assertError(await admin(target, "ApplyClusterLayout", { version: 1 }), 500, "InternalError");
      const preview = await call<{ error?: string }>(target, "PreviewClusterLayoutChanges", {});
      assert.match(preview.error ?? "", /smaller than the replication factor/);
      for (const [role, problem] of [
        [{ id, zone: "a", tags: [], capacity: 1023 }, /at least 1K/],
        [{ id: "xyz", zone: "a", tags: [], capacity: gigabyte }, /Invalid node identifier/],
        [{ id, zone: "a", capacity: gigabyte }, /Invalid JSON/],
      ] as const) {
        const refused = await admin(target, "UpdateClusterLayout", { roles: [role] });
        assertError(refused, 400, "InvalidRequest");
        assert.match(refused.text, problem);
      }
      const tooRedundant = { parameters: { zoneRedundancy: { atLeast: 2 } } };
      assertError(await admin(target, "UpdateClusterLayout", tooRedundant), 400, "InvalidRequest");
      const role = { id, zone: "dc1", tags: ["t"], capacity: gigabyte };
      const staged = await call<LayoutInfo>(target, "UpdateClusterLayout", { roles: [role] });
      assert.deepEqual(staged.stagedRoleChanges, [role]);
      assert.deepEqual((await call<LayoutInfo>(target, "RevertClusterLayout", {})).stagedRoleChanges, []);
      await call(target, "UpdateClusterLayout", { roles: [role] });
      const { newLayout } = await call<{ newLayout: LayoutInfo }>(target, "PreviewClusterLayoutChanges", {});
      assert.equal(newLayout.version, 1);
      assertError(await admin(target, "ApplyClusterLayout", { version: 2 }), 500, "InternalError");
      const { layout, message } = await call<{ layout: LayoutInfo; message: string[] }>(target, "ApplyClusterLayout", {
        version: 1,
      });
      assert.ok(Array.isArray(message));
      assert.equal(layout.version, 1);
      assert.deepEqual(layout.stagedRoleChanges, []);
      assert.equal(layout.partitionSize, Math.floor(gigabyte / 256));
      assert.deepEqual(layout.roles, [
        { ...role, storedPartitions: 256, usableCapacity: 256 * Math.floor(gigabyte / 256) },
      ]);
      const again = await call<LayoutInfo>(target, "UpdateClusterLayout", { roles: [role] });
      assert.deepEqual(again.stagedRoleChanges, []);
      assertError(await admin(target, "ApplyClusterLayout", { version: 1 }), 500, "InternalError");
    },
  },
  {
    name: "with a layout, it is healthy, and says so without a token",
    alone: true,
    async run(target) {
      assert.equal((await exchange(`${target.admin}/health`)).status, 200);
      const health = await call<Record<string, unknown>>(target, "GetClusterHealth");
      assert.deepEqual(health, {
        status: "healthy",
        knownNodes: 1,
        connectedNodes: 1,
        storageNodes: 1,
        storageNodesUp: 1,
        partitions: 256,
        partitionsQuorum: 256,
        partitionsAllOk: 256,
      });
      const { nodes } = await call<{ nodes: readonly Record<string, unknown>[] }>(target, "GetClusterStatus");
      for (const name of ["id", "garageVersion", "addr", "hostname", "isUp", "lastSeenSecsAgo", "role", "draining"]) {
        assert.ok(Object.hasOwn(nodes[0] ?? {}, name), name);
      }
      assert.deepEqual(Object.keys(nodes[0]?.["dataPartition"] ?? {}), ["available", "total"]);
    },
  },
  {
    name: "it tells of the versions of its layout, and how many blocks a node holds",
    alone: true,
    async run(target) {
      const { version } = await call<LayoutInfo>(target, "GetClusterLayout");
      interface History {
        readonly currentVersion: number;
        readonly versions: readonly { readonly version: number; readonly status: string }[];
      }
      const { currentVersion, versions } = await call<History>(target, "GetClusterLayoutHistory");
      assert.equal(currentVersion, version);
      assert.deepEqual({ ...versions[0] }, { version, status: "Current", storageNodes: 1, gatewayNodes: 0 });
      assert.ok(versions.slice(1).every(({ status }) => status === "Historical"));
      const skip = { version, allowMissingData: false };
      assertError(await admin(target, "ClusterLayoutSkipDeadNodes", skip), 400, "InvalidRequest");
      const { nodes } = await call<{ nodes: readonly { id: string }[] }>(target, "GetClusterStatus");
      const id = nodes[0]?.id ?? "";
      interface Statistics {
        readonly freeform: string;
        readonly blockManagerStats: Readonly<Record<string, number>>;
      }
      interface Answers {
        readonly success: Readonly<Record<string, Statistics>>;
        readonly error: Readonly<Record<string, string>>;
      }
      for (const node of [id, "self"]) {
        const { success, error } = await call<Answers>(target, `GetNodeStatistics?node=${node}`);
        assert.deepEqual([Object.keys(success), error], [[id], {}]);
        const { freeform = "", blockManagerStats = {} } = success[id] ?? {};
        assert.deepEqual(Object.keys(blockManagerStats), ["rcEntries", "resyncQueueLen", "resyncErrors"]);
        assert.match(freeform, /RC entries:\s+0 /);
      }
      const far = await admin(target, `GetNodeStatistics?node=${"0".repeat(64)}`);
      assert.notDeepEqual([far.status, Object.keys((far.json as Partial<Answers>).success ?? {})], [200, [id]]);
    },
  },
  {
    name: "the admin API wants its token, and knows its calls",
    async run(target) {
      const url = `${target.admin}/v2/GetClusterStatus`;
      for (const headers of [
        {},
        { authorization: "Bearer wrong" },
        { authorization: `Basic ${target.token}` },
        { authorization: "Bearer a.b" },
      ]) {
        const { status, text } = await exchange(url, { headers });
        assertError({ status, text, json: JSON.parse(text) }, 403, "AccessDenied");
      }
      assertError(await admin(target, "Nothing"), 400, "InvalidRequest");
      assertError(await admin(target, "GetClusterStatus", {}), 400, "InvalidRequest");
      assertError(await admin(target, "CreateKey", "{"), 400, "InvalidRequest");
      assertError(await admin(target, "CreateKey", { name: 3 }), 400, "InvalidRequest");
      assertError(await admin(target, "DeleteKey", {}), 400, "InvalidRequest");
      const preflight = await exchange(url, { method: "OPTIONS" });
      assert.equal(preflight.headers["allow"], "OPTIONS,GET,POST");
      assert.equal((await exchange(`${target.admin}/metrics`)).status, 403);
    },
  },
  {
    name: "a node that cannot be reached is said to be so",
    async run(target) {
      const answers = await call<readonly { success: boolean; error: string | null }[]>(target, "ConnectClusterNodes", [
        `${"0".repeat(64)}@127.0.0.1:1`,
        "nonsense",
      ]);
      assert.deepEqual(
        answers.map(({ success, error }) => [success, typeof error]),
        [
          [false, "string"],
          [false, "string"],
        ],
      );
    },
  },
];
