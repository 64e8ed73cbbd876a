import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { admin } from "../garage-client.ts";
import {
  assertError,
  assertS3Error,
  call,
  contractDomains,
  texts,
  unique,
  withBucket,
  type ContractCase,
  type BucketInfo,
} from "./contract-case.ts";

/** Objects: written, read, listed, copied and deleted. */
export const objectsContract: readonly ContractCase[] = [
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
];
