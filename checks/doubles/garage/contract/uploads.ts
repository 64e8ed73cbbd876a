import assert from "node:assert/strict";
import { admin } from "../garage-client.ts";
import {
  assertError,
  assertS3Error,
  call,
  texts,
  withBucket,
  type ContractCase,
  type BucketInfo,
} from "./contract-case.ts";

/** What is put together, and what there is no room for. */
export const uploadsContract: readonly ContractCase[] = [
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
];
