import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { admin, type AdminAnswer, exchange, type S3Client, s3Client, type Target } from "./garage-client.ts";

/**
 * What Garage does, as far as Fediversity relies on it: run against the real one and against the double, which is kept
 * honest by that. Needs a server with `contractDomains` as its root domains; the first tests are for one that has no
 * layout yet, and do nothing on another.
 */
export const contractDomains = { s3: ".s3.garage.test", web: ".web.garage.test" };

interface Contract {
  readonly name: string;
  /** Whether it must run before the next one does: the others can run side by side. */
  readonly alone?: true;
  run(target: Target): Promise<void>;
}

interface BucketInfo {
  readonly id: string;
  readonly globalAliases: readonly string[];
  readonly keys: readonly { readonly accessKeyId: string; readonly permissions: Readonly<Record<string, boolean>> }[];
  readonly quotas: Readonly<Record<string, number | null>>;
  readonly websiteAccess: boolean;
  readonly objects: number;
  readonly bytes: number;
}

interface KeyInfo {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface LayoutInfo {
  readonly version: number;
  readonly roles: readonly { readonly id: string; readonly storedPartitions: number; readonly capacity: number }[];
  readonly stagedRoleChanges: readonly unknown[];
  readonly partitionSize: number;
}

const unique = (name: string) => `${name}-${randomBytes(6).toString("hex")}`;
const gigabyte = 1_000_000_000;

function assertError(answer: AdminAnswer, status: number, code: string) {
  assert.equal(answer.status, status, answer.text);
  const error = answer.json as Record<string, unknown>;
  assert.deepEqual(Object.keys(error).toSorted(), ["code", "message", "path", "region"]);
  assert.equal(error["code"], code);
}

async function call<T>(target: Target, name: string, body?: unknown): Promise<T> {
  const answer = await admin(target, name, body);
  assert.equal(answer.status, 200, `${name}: ${answer.text}`);
  return answer.json as T;
}

const keys = new WeakMap<Target, Promise<KeyInfo>>();

/**
 * A bucket of its own, taken away afterwards. The key is one for all of a target's tests: Garage hashes the token at
 * each call of its admin API so thoroughly that every call saved is seen in the time that the tests take.
 */
async function withBucket(target: Target, run: (client: S3Client, bucket: BucketInfo, name: string) => Promise<void>) {
  const name = unique("bucket");
  const making = keys.get(target) ?? call<KeyInfo>(target, "CreateKey", { name: "contract" });
  keys.set(target, making);
  const { accessKeyId, secretAccessKey } = await making;
  const allow = { read: true, write: true, owner: true };
  const localAlias = { accessKeyId, alias: `own-${name}`, allow };
  const bucket = await call<BucketInfo>(target, "CreateBucket", { globalAlias: name, localAlias });
  const client = s3Client(target, { id: accessKeyId, secret: secretAccessKey });
  await run(client, bucket, name);
  const listed = await client({ path: `/${name}?list-type=2` });
  for (const found of texts(listed.text, "Key"))
    await client({ method: "DELETE", path: `/${name}/${encodeURI(found)}` });
  for (const alias of [`own-${name}`, name]) {
    const { status, text } = await client({ method: "DELETE", path: `/${alias}` });
    assert.equal(status, 204, text);
  }
}

function grant({ id }: { id: string }, { accessKeyId }: { accessKeyId: string }, permissions: Record<string, boolean>) {
  return { bucketId: id, accessKeyId, permissions };
}

function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, text = ""]) => text);
}

async function assertS3Error(answer: Promise<{ status: number; text: string }>, status: number, code: string) {
  const { status: found, text } = await answer;
  assert.equal(found, status, text);
  assert.deepEqual(texts(text, "Code"), [code], text);
}

async function hasLayout(target: Target) {
  return (await call<LayoutInfo>(target, "GetClusterLayout")).version > 0;
}

export const contract: readonly Contract[] = [
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
  {
    name: "keys are made, imported, searched, changed and deleted for ever",
    async run(target) {
      const name = unique("key");
      const made = await call<KeyInfo>(target, "CreateKey", { name, allow: { createBucket: true } });
      assert.match(made.accessKeyId, /^GK[0-9a-f]{24}$/);
      assert.match(made.secretAccessKey, /^[0-9a-f]{64}$/);
      const { created, ...info } = await call<Record<string, unknown>>(target, `GetKeyInfo?id=${made.accessKeyId}`);
      assert.equal(typeof created, "string");
      const permissions = { createBucket: true };
      assert.deepEqual(info, {
        accessKeyId: made.accessKeyId,
        name,
        expiration: null,
        expired: false,
        permissions,
        buckets: [],
      });
      const shown = await call<KeyInfo>(target, `GetKeyInfo?search=${name}&showSecretKey=true`);
      assert.equal(shown.secretAccessKey, made.secretAccessKey);
      const updated = await call<Record<string, unknown>>(target, `UpdateKey?id=${made.accessKeyId}`, {
        deny: { createBucket: true },
      });
      assert.deepEqual(updated["permissions"], { createBucket: false });
      assert.ok((await call<{ id: string }[]>(target, "ListKeys")).some(({ id }) => id === made.accessKeyId));
      assertError(await admin(target, "GetKeyInfo"), 400, "InvalidRequest");
      assertError(await admin(target, `GetKeyInfo?search=${unique("none")}`), 404, "NoSuchAccessKey");
      assert.equal(await call(target, `DeleteKey?id=${made.accessKeyId}`, {}), null);
      assertError(await admin(target, `GetKeyInfo?id=${made.accessKeyId}`), 404, "NoSuchAccessKey");
      assertError(await admin(target, `DeleteKey?id=${made.accessKeyId}`, {}), 404, "NoSuchAccessKey");

      const own = {
        accessKeyId: `GK${randomBytes(12).toString("hex")}`,
        secretAccessKey: randomBytes(32).toString("hex"),
        name,
      };
      const imported = await call<KeyInfo>(target, "ImportKey", own);
      assert.deepEqual([imported.accessKeyId, imported.secretAccessKey], [own.accessKeyId, undefined]);
      assertError(await admin(target, "ImportKey", own), 409, "KeyAlreadyExists");
      await call(target, `DeleteKey?id=${own.accessKeyId}`, {});
      assertError(await admin(target, "ImportKey", own), 409, "KeyAlreadyExists");
      const short = { accessKeyId: "GK1", secretAccessKey: own.secretAccessKey, name };
      assertError(await admin(target, "ImportKey", short), 400, "InvalidRequest");
      assertError(await admin(target, "ImportKey", { ...own, accessKeyId: "GK/23456789" }), 400, "InvalidRequest");
      assertError(
        await admin(target, "ImportKey", {
          ...own,
          accessKeyId: `GK${randomBytes(12).toString("hex")}`,
          secretAccessKey: "short",
        }),
        400,
        "InvalidRequest",
      );
      assertError(
        await admin(target, "CreateKey", { neverExpires: true, expiration: "2030-01-01T00:00:00Z" }),
        400,
        "InvalidRequest",
      );
    },
  },
  {
    name: "an expired key is refused",
    async run(target) {
      const made = await call<KeyInfo>(target, "CreateKey", { expiration: "2020-01-01T00:00:00Z" });
      const { expired } = await call<{ expired: boolean }>(target, `GetKeyInfo?id=${made.accessKeyId}`);
      assert.equal(expired, true);
      const client = s3Client(target, { id: made.accessKeyId, secret: made.secretAccessKey });
      await assertS3Error(client({ path: "/" }), 403, "AccessDenied");
      await call(target, `DeleteKey?id=${made.accessKeyId}`, {});
    },
  },
  {
    name: "names of buckets are held to the rules",
    async run(target) {
      const bad = [
        "ab",
        "a".repeat(64),
        "Abc",
        "a_b",
        "-abc",
        "abc-",
        ".abc",
        "abc.",
        "127.0.0.1",
        "xn--abc",
        "abc.xn--d",
        "abc-s3alias",
      ];
      for (const globalAlias of bad)
        assertError(await admin(target, "CreateBucket", { globalAlias }), 400, "InvalidRequest");
      for (const globalAlias of ["0.media.example.org", "a".repeat(63)]) {
        const { id } = await call<BucketInfo>(target, "CreateBucket", { globalAlias });
        await call(target, `DeleteBucket?id=${id}`, {});
      }
    },
  },
  {
    name: "buckets have aliases, of everybody's and of a key's",
    async run(target) {
      const [name, second, third] = [unique("bucket"), unique("second"), unique("third")];
      const key = await call<KeyInfo>(target, "CreateKey", { name });
      const made = await call<BucketInfo>(target, "CreateBucket", { globalAlias: name });
      assert.match(made.id, /^[0-9a-f]{64}$/);
      const { created, ...info } = await call<Record<string, unknown>>(target, `GetBucketInfo?globalAlias=${name}`);
      assert.equal(typeof created, "string");
      assert.deepEqual(info, {
        id: made.id,
        globalAliases: [name],
        websiteAccess: false,
        keys: [],
        objects: 0,
        bytes: 0,
        unfinishedUploads: 0,
        unfinishedMultipartUploads: 0,
        unfinishedMultipartUploadParts: 0,
        unfinishedMultipartUploadBytes: 0,
        quotas: { maxSize: null, maxObjects: null },
      });
      for (const query of [`id=${made.id}`, `search=${made.id.slice(0, 10)}`, `search=${name}`]) {
        assert.equal((await call<BucketInfo>(target, `GetBucketInfo?${query}`)).id, made.id);
      }
      assertError(await admin(target, "CreateBucket", { globalAlias: name }), 409, "BucketAlreadyExists");
      assertError(await admin(target, "GetBucketInfo"), 400, "InvalidRequest");
      assertError(await admin(target, `GetBucketInfo?id=xyz`), 400, "InvalidRequest");
      assertError(await admin(target, `GetBucketInfo?id=${"0".repeat(64)}`), 404, "NoSuchBucket");
      assertError(await admin(target, `GetBucketInfo?globalAlias=${second}`), 404, "NoSuchBucket");
      assertError(
        await admin(target, "RemoveBucketAlias", { bucketId: made.id, globalAlias: name }),
        400,
        "InvalidRequest",
      );
      const both = await call<BucketInfo>(target, "AddBucketAlias", { bucketId: made.id, globalAlias: second });
      assert.deepEqual(both.globalAliases.toSorted(), [name, second].toSorted());
      await call(target, "AddBucketAlias", { bucketId: made.id, globalAlias: second });
      assertError(
        await admin(target, "RemoveBucketAlias", { bucketId: made.id, globalAlias: third }),
        500,
        "InternalError",
      );
      assertError(
        await admin(target, "AddBucketAlias", { bucketId: made.id, globalAlias: "A" }),
        400,
        "InvalidBucketName",
      );
      assertError(await admin(target, "AddBucketAlias", { bucketId: made.id }), 400, "InvalidRequest");
      const local = { bucketId: made.id, localAlias: third, accessKeyId: key.accessKeyId };
      await call(target, "AddBucketAlias", local);
      const listed = await call<{ id: string; localAliases: unknown }[]>(target, "ListBuckets");
      assert.deepEqual(listed.find(({ id }) => id === made.id)?.localAliases, [
        { accessKeyId: key.accessKeyId, alias: third },
      ]);
      const other = await call<BucketInfo>(target, "CreateBucket", {});
      assertError(
        await admin(target, "AddBucketAlias", { bucketId: other.id, globalAlias: name }),
        400,
        "InvalidRequest",
      );
      assertError(await admin(target, "AddBucketAlias", { ...local, bucketId: other.id }), 400, "InvalidRequest");
      await call(target, "RemoveBucketAlias", { bucketId: made.id, globalAlias: name });
      await call(target, "RemoveBucketAlias", local);
      for (const { id } of [made, other]) assert.equal(await call(target, `DeleteBucket?id=${id}`, {}), null);
      assertError(await admin(target, `DeleteBucket?id=${made.id}`, {}), 404, "NoSuchBucket");
      await call(target, `DeleteKey?id=${key.accessKeyId}`, {});
    },
  },
  {
    name: "permissions are given and taken one by one, and go with the key",
    async run(target) {
      const name = unique("bucket");
      const key = await call<KeyInfo>(target, "CreateKey", { name });
      const bucket = await call<BucketInfo>(target, "CreateBucket", { globalAlias: name });
      const given = await call<BucketInfo>(target, "AllowBucketKey", grant(bucket, key, { read: true, owner: true }));
      const all = { read: true, write: false, owner: true };
      assert.deepEqual(given.keys, [{ accessKeyId: key.accessKeyId, name, permissions: all, bucketLocalAliases: [] }]);
      const taken = await call<BucketInfo>(target, "DenyBucketKey", grant(bucket, key, { owner: true, write: true }));
      assert.deepEqual(taken.keys[0]?.permissions, { read: true, write: false, owner: false });
      const { buckets } = await call<{ buckets: unknown }>(target, `GetKeyInfo?id=${key.accessKeyId}`);
      const permissions = { read: true, write: false, owner: false };
      assert.deepEqual(buckets, [{ id: bucket.id, globalAliases: [name], localAliases: [], permissions }]);
      const nobody = { accessKeyId: `GK${"0".repeat(24)}` };
      assertError(await admin(target, "AllowBucketKey", grant(bucket, nobody, { read: true })), 404, "NoSuchAccessKey");
      assertError(
        await admin(target, "AllowBucketKey", { bucketId: bucket.id, accessKeyId: key.accessKeyId }),
        400,
        "InvalidRequest",
      );
      await call(target, `DeleteKey?id=${key.accessKeyId}`, {});
      assert.deepEqual((await call<BucketInfo>(target, `GetBucketInfo?id=${bucket.id}`)).keys, []);
      await call(target, `DeleteBucket?id=${bucket.id}`, {});
    },
  },
  {
    name: "signatures are checked: secret, region, date, signed headers, payload",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        const path = `/${name}/object`;
        const put = { method: "PUT", path, body: "hello" };
        assert.equal((await client(put)).status, 200);
        assert.equal((await client({ path, payload: "UNSIGNED-PAYLOAD" })).text, "hello");
        await assertS3Error(client({ ...put, secret: "0".repeat(64) }), 403, "AccessDenied");
        await assertS3Error(client({ ...put, region: "elsewhere" }), 400, "AuthorizationHeaderMalformed");
        await assertS3Error(client({ ...put, date: new Date(Date.now() - 90_000_000) }), 400, "InvalidRequest");
        await assertS3Error(client({ ...put, unsigned: { "x-amz-acl": "private" } }), 400, "InvalidRequest");
        await assertS3Error(client({ ...put, payload: "0".repeat(64) }), 400, "InvalidDigest");
        await assertS3Error(client({ ...put, payload: "nonsense" }), 400, "InvalidRequest");
        await assertS3Error(
          client({ ...put, headers: { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" } }),
          400,
          "BadDigest",
        );
        await assertS3Error(exchange(`${target.s3}${path}`), 403, "AccessDenied");
        await assertS3Error(
          exchange(`${target.s3}${path}`, { headers: { authorization: "Basic abc" } }),
          400,
          "InvalidRequest",
        );
        assert.equal((await client({ path })).text, "hello");
      });
    },
  },
  {
    name: "presigned addresses work until they expire",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        const path = `/${name}/presigned%20object`;
        assert.equal((await client({ method: "PUT", path, body: "by address", presigned: 60 })).status, 200);
        assert.equal((await client({ path, presigned: 60 })).text, "by address");
        await assertS3Error(
          client({ path, presigned: 60, date: new Date(Date.now() - 61_000) }),
          400,
          "InvalidRequest",
        );
        await assertS3Error(client({ path, presigned: 604_801 }), 400, "InvalidRequest");
        await assertS3Error(client({ path, presigned: 60, secret: "0".repeat(64) }), 403, "AccessDenied");
        const named = await client({ path: `${path}?response-content-type=text%2Fcsv`, presigned: 60 });
        assert.equal(named.headers["content-type"], "text/csv");
      });
    },
  },
  {
    name: "uploads in signed chunks are verified, and without signatures taken",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        const path = `/${name}/chunks`;
        const body = "0123456789".repeat(2000);
        for (const chunked of ["signed", "unsigned-trailer"] as const) {
          const put = await client({
            method: "PUT",
            path,
            body,
            chunked,
            headers: { "content-encoding": "aws-chunked" },
          });
          assert.equal(put.status, 200, put.text);
          const got = await client({ path });
          assert.equal(got.text, body);
          assert.equal(got.headers["content-encoding"], undefined);
        }
        const broken = await client({ method: "PUT", path, body, chunked: "broken" });
        assert.equal(broken.status, 400, broken.text);
        assert.equal((await client({ path })).text, body);
        await assertS3Error(
          client({ method: "PUT", path, body, chunked: "signed", headers: { "content-encoding": "gzip" } }),
          400,
          "InvalidRequest",
        );
      });
    },
  },
  {
    name: "objects keep their headers and are served whole, in part and not again",
    async run(target) {
      await withBucket(target, async (client, bucket, name) => {
        const path = `/${name}/a%20folder/${encodeURIComponent("ö&+'().png")}`;
        const headers = {
          "content-type": "image/png",
          "cache-control": "max-age=9",
          "x-amz-meta-who": "me",
          "x-amz-acl": "public-read",
        };
        const put = await client({ method: "PUT", path, body: "0123456789", headers });
        assert.equal(put.headers["etag"], '"781e5e245d69b566979b86e28d23f2c7"');
        const got = await client({ path });
        assert.deepEqual([got.status, got.text, got.headers["etag"]], [200, "0123456789", put.headers["etag"]]);
        for (const header of ["content-type", "cache-control", "x-amz-meta-who"] as const)
          assert.equal(got.headers[header], headers[header]);
        assert.equal(got.headers["accept-ranges"], "bytes");
        assert.ok(Number.isFinite(Date.parse(String(got.headers["last-modified"]))));
        assert.equal(got.headers["x-amz-acl"], undefined);
        const head = await client({ method: "HEAD", path });
        assert.deepEqual([head.status, head.headers["content-length"], head.text], [200, "10", ""]);
        for (const [range, text, contentRange] of [
          ["bytes=2-4", "234", "bytes 2-4/10"],
          ["bytes=7-", "789", "bytes 7-9/10"],
          ["bytes=-2", "89", "bytes 8-9/10"],
          ["bytes=8-99", "89", "bytes 8-9/10"],
        ] as const) {
          const part = await client({ path, headers: { range } });
          assert.deepEqual([part.status, part.text, part.headers["content-range"]], [206, text, contentRange]);
        }
        const outside = await client({ path, headers: { range: "bytes=10-" } });
        assert.deepEqual([outside.status, outside.headers["content-range"]], [416, "bytes */10"]);
        assert.equal((await client({ path, headers: { range: "bytes=0-1,3-4" } })).status, 200);
        assert.equal((await client({ path, headers: { "if-none-match": put.headers["etag"] ?? "" } })).status, 304);
        assert.equal((await client({ path, headers: { "if-match": '"other"' } })).status, 412);
        const counted = await call<BucketInfo>(target, `GetBucketInfo?id=${bucket.id}`);
        assert.deepEqual([counted.objects, counted.bytes], [1, 10]);
        assertError(await admin(target, `DeleteBucket?id=${bucket.id}`, {}), 409, "BucketNotEmpty");
        await assertS3Error(client({ path: `/${name}/none` }), 404, "NoSuchKey");
        assert.equal((await client({ method: "HEAD", path: `/${name}/none` })).status, 404);
        for (let time = 0; time < 2; time += 1) assert.equal((await client({ method: "DELETE", path })).status, 204);
        await assertS3Error(client({ path: `/${unique("none")}/none` }), 404, "NoSuchBucket");
      });
    },
  },
  {
    name: "big objects and empty ones",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        const big = randomBytes(2_500_000).toString("hex").slice(0, 3_000_000);
        assert.equal((await client({ method: "PUT", path: `/${name}/big`, body: big })).status, 200);
        assert.equal((await client({ path: `/${name}/big` })).text, big);
        const part = await client({ path: `/${name}/big`, headers: { range: "bytes=1048570-1048585" } });
        assert.equal(part.text, big.slice(1_048_570, 1_048_586));
        assert.equal((await client({ method: "PUT", path: `/${name}/empty`, body: "" })).status, 200);
        const empty = await client({ path: `/${name}/empty` });
        assert.deepEqual([empty.status, empty.text, empty.headers["content-length"]], [200, "", "0"]);
      });
    },
  },
  {
    name: "buckets are found by path and by host",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        await client({ method: "PUT", path: `/${name}/object`, body: "hello" });
        const host = `${name}${contractDomains.s3}`;
        assert.equal((await client({ path: "/object", host })).text, "hello");
        assert.equal((await client({ path: `/${name}/object`, host: contractDomains.s3.slice(1) })).text, "hello");
        assert.equal((await client({ method: "HEAD", path: "/", host })).status, 200);
        assert.deepEqual(texts((await client({ path: "/?list-type=2", host })).text, "Key"), ["object"]);
      });
    },
  },
  {
    name: "reading, writing and owning are three permissions",
    async run(target) {
      await withBucket(target, async (owner, bucket, name) => {
        await owner({ method: "PUT", path: `/${name}/object`, body: "hello" });
        const key = await call<KeyInfo>(target, "CreateKey", { name: unique("guest") });
        const guest = s3Client(target, { id: key.accessKeyId, secret: key.secretAccessKey });
        const read = { path: `/${name}/object` };
        const write = { method: "PUT", path: `/${name}/other`, body: "x" };
        const own = { path: `/${name}?cors` };
        const expected = [
          [{}, 403, 403, 403],
          [{ read: true }, 200, 403, 403],
          [{ write: true }, 403, 200, 403],
          [{ owner: true }, 403, 403, 404],
        ] as const;
        for (const [permissions, ...statuses] of expected) {
          await call(target, "DenyBucketKey", grant(bucket, key, { read: true, write: true, owner: true }));
          await call(target, "AllowBucketKey", grant(bucket, key, permissions));
          const found = await Promise.all([guest(read), guest(write), guest(own)]);
          assert.deepEqual(
            found.map(({ status }) => status),
            statuses,
            JSON.stringify(permissions),
          );
        }
        await call(target, `DeleteKey?id=${key.accessKeyId}`, {});
        await assertS3Error(guest(read), 403, "AccessDenied");
      });
    },
  },
  {
    name: "lists have prefixes, delimiters and pages",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        for (const key of ["a/1", "a/2", "b", "c/1/x", "c/2", "d e", "é"]) {
          await client({ method: "PUT", path: `/${name}/${encodeURI(key)}`, body: key });
        }
        const list = async (query: string) => (await client({ path: `/${name}?list-type=2&${query}` })).text;
        const all = await list("");
        assert.deepEqual(texts(all, "Key"), ["a/1", "a/2", "b", "c/1/x", "c/2", "d e", "é"]);
        assert.deepEqual(
          [texts(all, "IsTruncated"), texts(all, "KeyCount"), texts(all, "Name")],
          [["false"], ["7"], [name]],
        );
        assert.equal(texts(all, "ETag")[2]?.replaceAll(/&quot;|"/g, ""), "92eb5ffee6ae2fec3ad71c777531578f");
        const top = await list("delimiter=%2F");
        assert.deepEqual(texts(top, "Key"), ["b", "d e", "é"]);
        assert.deepEqual(texts(top, "Prefix"), ["", "a/", "c/"]);
        const inside = await list("delimiter=%2F&prefix=c%2F");
        assert.deepEqual([texts(inside, "Key"), texts(inside, "Prefix")], [["c/2"], ["c/", "c/1/"]]);
        assert.deepEqual(texts(await list("start-after=b"), "Key"), ["c/1/x", "c/2", "d e", "é"]);
        assert.deepEqual(texts(await list("encoding-type=url&prefix=d"), "Key"), ["d%20e"]);
        const seen: string[] = [];
        for (let query = "max-keys=2&delimiter=%2F"; query !== "";) {
          const page = await list(query);
          seen.push(`${texts(page, "Key").join(",")};${texts(page, "Prefix").slice(1).join(",")}`);
          const [token] = texts(page, "NextContinuationToken");
          assert.deepEqual(texts(page, "IsTruncated"), [String(token !== undefined)]);
          query = token === undefined ? "" : `max-keys=2&delimiter=%2F&continuation-token=${encodeURIComponent(token)}`;
        }
        assert.deepEqual(seen, ["b;a/", "d e;c/", "é;"]);
        const old = (await client({ path: `/${name}?max-keys=1` })).text;
        assert.deepEqual([texts(old, "Key"), texts(old, "IsTruncated")], [["a/1"], ["true"]]);
      });
    },
  },
  {
    name: "objects are copied, and deleted many at once",
    async run(target) {
      await withBucket(target, async (client, _, name) => {
        const [from, to] = [`/${name}/from`, `/${name}/to`];
        await client({ method: "PUT", path: from, body: "hello", headers: { "content-type": "text/x-one" } });
        const copy = await client({ method: "PUT", path: to, headers: { "x-amz-copy-source": from } });
        assert.equal(copy.status, 200, copy.text);
        assert.match(copy.text, /<CopyObjectResult.*<LastModified>.*<ETag>/);
        await client({ method: "DELETE", path: from });
        const copied = await client({ path: to });
        assert.deepEqual([copied.text, copied.headers["content-type"]], ["hello", "text/x-one"]);
        const replace = {
          "x-amz-copy-source": to,
          "x-amz-metadata-directive": "REPLACE",
          "content-type": "text/x-two",
        };
        await client({ method: "PUT", path: to, headers: replace });
        assert.equal((await client({ path: to })).headers["content-type"], "text/x-two");
        await assertS3Error(
          client({ method: "PUT", path: to, headers: { "x-amz-copy-source": from } }),
          404,
          "NoSuchKey",
        );

        const body = "<Delete><Object><Key>to</Key></Object><Object><Key>none</Key></Object></Delete>";
        const deleted = await client({ method: "POST", path: `/${name}?delete`, body });
        assert.equal(deleted.status, 200, deleted.text);
        assert.deepEqual(texts(deleted.text, "Key"), ["to", "none"]);
        assert.doesNotMatch(deleted.text, /<Error>/);
        await assertS3Error(client({ path: to }), 404, "NoSuchKey");
        const malformed = await client({ method: "POST", path: `/${name}?delete`, body: "<Delete>" });
        assert.equal(malformed.status, 400);
      });
    },
  },
  {
    name: "an upload in parts is complete at the end, or never was",
    async run(target) {
      await withBucket(target, async (client, bucket, name) => {
        const path = `/${name}/parts`;
        const headers = { "content-type": "video/mp4" };
        const [upload = ""] = texts(
          (await client({ method: "POST", path: `${path}?uploads`, headers })).text,
          "UploadId",
        );
        assert.match(upload, /^[0-9a-f]{64}$/);
        const part = (number: number, body: string) =>
          client({ method: "PUT", path: `${path}?partNumber=${String(number)}&uploadId=${upload}`, body });
        const [first, second] = [await part(1, "a".repeat(100_000)), await part(3, "b")];
        await part(5, "c");
        await assertS3Error(client({ path }), 404, "NoSuchKey");
        const listed = (await client({ path: `${path}?uploadId=${upload}` })).text;
        assert.deepEqual(
          [texts(listed, "PartNumber"), texts(listed, "Size")],
          [
            ["1", "3", "5"],
            ["100000", "1", "1"],
          ],
        );
        assert.deepEqual(texts((await client({ path: `/${name}?uploads` })).text, "UploadId"), [upload]);
        assert.equal(
          (await call<{ unfinishedMultipartUploads: number }>(target, `GetBucketInfo?id=${bucket.id}`))
            .unfinishedMultipartUploads,
          1,
        );
        const complete = (...parts: readonly (readonly [number, unknown])[]) => {
          const list = parts.map(
            ([number, etag]) => `<Part><PartNumber>${String(number)}</PartNumber><ETag>${String(etag)}</ETag></Part>`,
          );
          const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`;
          return client({ method: "POST", path: `${path}?uploadId=${upload}`, body });
        };
        const [one, three] = [first.headers["etag"], second.headers["etag"]];
        await assertS3Error(complete(), 400, "EntityTooSmall");
        await assertS3Error(complete([3, three], [1, one]), 400, "InvalidPartOrder");
        await assertS3Error(complete([1, one], [2, three]), 400, "InvalidPart");
        await assertS3Error(complete([1, three]), 400, "InvalidPart");
        const done = await complete([1, one], [3, three]);
        assert.equal(done.status, 200, done.text);
        assert.match(texts(done.text, "ETag")[0] ?? "", /-2("|&quot;)$/);
        const whole = await client({ path });
        assert.deepEqual([whole.text.length, whole.headers["content-type"]], [100_001, "video/mp4"]);
        assert.equal((await client({ path, headers: { range: "bytes=99999-" } })).text, "ab");

        const [second2 = ""] = texts((await client({ method: "POST", path: `${path}?uploads` })).text, "UploadId");
        assert.equal((await client({ method: "DELETE", path: `${path}?uploadId=${second2}` })).status, 204);
        await assertS3Error(client({ method: "DELETE", path: `${path}?uploadId=${second2}` }), 404, "NoSuchUpload");
        await assertS3Error(
          client({ method: "PUT", path: `${path}?partNumber=1&uploadId=${second2}`, body: "x" }),
          404,
          "NoSuchUpload",
        );
        await assertS3Error(client({ path: `${path}?uploadId=nonsense` }), 404, "NoSuchUpload");
      });
    },
  },
  {
    name: "quotas of size and of number are kept to",
    async run(target) {
      await withBucket(target, async (client, bucket, name) => {
        const put = (key: string, size: number) =>
          client({ method: "PUT", path: `/${name}/${key}`, body: "x".repeat(size) });
        // Garage counts a moment after it has answered.
        const counted = async (bytes: number) => {
          for (const deadline = Date.now() + 5000; ;) {
            const found = await call<BucketInfo>(target, `GetBucketInfo?id=${bucket.id}`);
            if (found.bytes === bytes) return;
            assert.ok(Date.now() < deadline, `${String(found.bytes)} bytes are counted, not ${String(bytes)}`);
          }
        };
        const set = (quotas: unknown) => call<BucketInfo>(target, `UpdateBucket?id=${bucket.id}`, { quotas });
        assert.deepEqual((await set({ maxSize: 10, maxObjects: 2 })).quotas, { maxSize: 10, maxObjects: 2 });
        assert.equal((await put("a", 8)).status, 200);
        await counted(8);
        await assertS3Error(put("b", 3), 403, "AccessDenied");
        assert.match((await put("b", 3)).text, /quota/);
        assert.equal((await put("b", 2)).status, 200);
        await counted(10);
        await assertS3Error(put("c", 0), 403, "AccessDenied");
        assert.equal((await put("a", 7)).status, 200);
        await counted(9);
        await assertS3Error(put("a", 9), 403, "AccessDenied");
        assert.deepEqual((await set({ maxObjects: 3 })).quotas, { maxSize: null, maxObjects: 3 });
        assert.equal((await put("a", 90)).status, 200);
        assertError(
          await admin(target, `UpdateBucket?id=${bucket.id}`, { quotas: { maxSize: "1G" } }),
          400,
          "InvalidRequest",
        );
      });
    },
  },
  {
    name: "CORS rules are an owner's, and answered on both ports",
    async run(target) {
      await withBucket(target, async (client, bucket, name) => {
        const path = `/${name}?cors`;
        await assertS3Error(client({ path }), 404, "NoSuchCORSConfiguration");
        const rule =
          "<AllowedOrigin>https://a.test</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>" +
          "<AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>";
        const body = `<CORSConfiguration><CORSRule>${rule}</CORSRule></CORSConfiguration>`;
        assert.equal((await client({ method: "PUT", path, body })).status, 200);
        const kept = (await client({ path })).text;
        assert.deepEqual(
          [texts(kept, "AllowedOrigin"), texts(kept, "AllowedMethod"), texts(kept, "MaxAgeSeconds")],
          [["https://a.test"], ["GET", "PUT"], ["60"]],
        );
        await client({ method: "PUT", path: `/${name}/object`, body: "hello" });
        await call(target, `UpdateBucket?id=${bucket.id}`, {
          websiteAccess: { enabled: true, indexDocument: "index.html" },
        });
        const web = (method: string, headers: Record<string, string>) =>
          exchange(`${target.web}/object`, { method, headers: { host: name, ...headers } });
        const from = { origin: "https://a.test" };
        const answers = [await client({ path: `/${name}/object`, headers: from }), await web("GET", from)];
        for (const { headers, text } of answers) {
          assert.equal(text, "hello");
          assert.equal(headers["access-control-allow-origin"], "https://a.test");
          assert.equal(headers["access-control-allow-methods"], "GET, PUT");
          assert.equal(headers["access-control-expose-headers"], "ETag");
          assert.equal(headers["vary"], "Origin");
        }
        assert.equal(
          (await web("GET", { origin: "https://b.test" })).headers["access-control-allow-origin"],
          undefined,
        );
        const ask = {
          ...from,
          "access-control-request-method": "PUT",
          "access-control-request-headers": "content-type",
        };
        for (const url of [`${target.s3}/${name}/object`, `${target.web}/object`]) {
          const host = url.startsWith(target.web) ? { host: name } : {};
          const allowed = await exchange(url, { method: "OPTIONS", headers: { ...host, ...ask } });
          assert.deepEqual([allowed.status, allowed.headers["access-control-allow-origin"]], [200, "https://a.test"]);
          const denied = await exchange(url, {
            method: "OPTIONS",
            headers: { ...host, ...ask, origin: "https://b.test" },
          });
          assert.equal(denied.status, 403);
          assert.equal((await exchange(url, { method: "OPTIONS", headers: host })).status, 400);
        }
        assert.equal((await client({ method: "DELETE", path })).status, 204);
        await assertS3Error(client({ path }), 404, "NoSuchCORSConfiguration");
        assert.equal(
          (await client({ method: "PUT", path, body: "<CORSConfiguration><CORSRule></CORSRule></CORSConfiguration>" }))
            .status,
          400,
        );
        assert.equal((await client({ method: "PUT", path, body: "nonsense" })).status, 400);
      });
    },
  },
  {
    name: "the web port serves buckets with website access, by alias and below its root domain",
    async run(target) {
      await withBucket(target, async (client, bucket, name) => {
        for (const [key, body] of [
          ["index.html", "root"],
          ["folder/index.html", "folder"],
          ["file.txt", "0123456789"],
        ] as const) {
          await client({ method: "PUT", path: `/${name}/${key}`, body, headers: { "content-type": "text/x-kept" } });
        }
        const get = (
          path: string,
          options: { method?: string; host?: string; headers?: Record<string, string> } = {},
        ) =>
          exchange(`${target.web}${path}`, {
            method: options.method ?? "GET",
            headers: { host: options.host ?? name, ...options.headers },
          });
        const update = (websiteAccess: unknown) => admin(target, `UpdateBucket?id=${bucket.id}`, { websiteAccess });
        const check = async (domain: string) => (await exchange(`${target.admin}/check?domain=${domain}`)).status;
        assert.equal((await get("/index.html")).status, 404);
        assert.equal(await check(name), 400);
        assertError(await update({ enabled: true }), 400, "InvalidRequest");
        assertError(await update({ enabled: false, indexDocument: "x" }), 400, "InvalidRequest");
        const enabled = await update({ enabled: true, indexDocument: "index.html", errorDocument: "file.txt" });
        assert.equal((enabled.json as BucketInfo).websiteAccess, true);
        for (const host of [name, `${name}:1234`, name.toUpperCase(), `${name}${contractDomains.web}`]) {
          const { status, text, headers } = await get("/", { host });
          assert.deepEqual([status, text, headers["content-type"]], [200, "root", "text/x-kept"], host);
        }
        assert.deepEqual(
          [
            await check(name),
            await check(`${name}${contractDomains.web}`),
            await check(`${name}${contractDomains.s3}`),
          ],
          [200, 200, 200],
        );
        assert.equal((await get("/folder/")).text, "folder");
        const redirect = await get("/folder");
        assert.deepEqual([redirect.status, redirect.headers["location"]], [302, "/folder/"]);
        const range = await get("/file.txt", { headers: { range: "bytes=1-2" } });
        assert.deepEqual([range.status, range.text], [206, "12"]);
        const head = await get("/file.txt", { method: "HEAD" });
        assert.deepEqual([head.status, head.headers["content-length"]], [200, "10"]);
        const missing = await get("/none");
        assert.deepEqual([missing.status, missing.text], [404, "0123456789"]);
        assert.equal((await get("/?list-type=2")).text, "root");
        for (const method of ["PUT", "POST", "DELETE"])
          assert.equal((await get("/file.txt", { method })).status, 400, method);
        assert.equal((await get("/", { host: unique("none") })).status, 404);
        assert.equal((await update({ enabled: false })).status, 200);
        assert.equal((await get("/index.html")).status, 404);
      });
    },
  },
  {
    name: "buckets of a key's own, and what there is no code for",
    async run(target) {
      const made = await call<KeyInfo>(target, "CreateKey", { name: "creator", allow: { createBucket: true } });
      const client = s3Client(target, { id: made.accessKeyId, secret: made.secretAccessKey });
      const name = unique("own");
      assert.equal((await client({ method: "PUT", path: `/${name}` })).status, 200);
      await assertS3Error(client({ method: "PUT", path: `/${name}` }), 409, "BucketAlreadyOwnedByYou");
      assert.deepEqual(texts((await client({ path: "/" })).text, "Name"), [name]);
      assert.match(
        (await client({ path: `/${name}?location` })).text,
        new RegExp(`>${target.region}</LocationConstraint>`),
      );
      const elsewhere =
        "<CreateBucketConfiguration><LocationConstraint>moon</LocationConstraint></CreateBucketConfiguration>";
      await assertS3Error(client({ method: "PUT", path: `/${unique("own")}`, body: elsewhere }), 400, "InvalidRequest");
      assert.equal((await client({ path: `/${name}?acl` })).status, 200);
      for (const request of [
        { method: "PUT", path: `/${name}?acl` },
        { method: "PUT", path: `/${name}/x?acl` },
        { path: `/${name}/x?acl` },
        { path: `/${name}?policy` },
        { method: "PUT", path: `/${name}?policy` },
        { path: `/${name}/x?tagging` },
        { method: "PUT", path: `/${name}?versioning` },
      ]) {
        await assertS3Error(client(request), 501, "NotImplemented");
      }
      await assertS3Error(client({ path: `/${name}/x?policy` }), 400, "InvalidRequest");
      await assertS3Error(client({ path: `/${name}?torrent` }), 400, "InvalidRequest");
      assert.equal((await client({ method: "DELETE", path: `/${name}` })).status, 204);
      await assertS3Error(
        client({ method: "HEAD", path: `/${name}` }).then(() => client({ path: `/${name}` })),
        404,
        "NoSuchBucket",
      );
      await call(target, `UpdateKey?id=${made.accessKeyId}`, { deny: { createBucket: true } });
      await assertS3Error(client({ method: "PUT", path: `/${name}` }), 403, "AccessDenied");
      await call(target, `DeleteKey?id=${made.accessKeyId}`, {});
    },
  },
];
