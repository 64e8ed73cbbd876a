import assert from "node:assert/strict";
import { exchange } from "../garage-client.ts";
import { assertS3Error, withBucket, type ContractCase } from "./contract-case.ts";

/** How requests prove whose they are. */
export const signaturesContract: readonly ContractCase[] = [
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
];
