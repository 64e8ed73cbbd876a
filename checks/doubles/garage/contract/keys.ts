import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { admin, s3Client } from "../garage-client.ts";
import {
  assertError,
  assertS3Error,
  call,
  grant,
  texts,
  unique,
  withBucket,
  type ContractCase,
  type BucketInfo,
  type KeyInfo,
} from "./contract-case.ts";

/** Keys, names of buckets, and who may do what with them. */
export const keysContract: readonly ContractCase[] = [
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
