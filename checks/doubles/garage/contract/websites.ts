import assert from "node:assert/strict";
import { admin, exchange } from "../garage-client.ts";
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

/** What everybody sees of a bucket. */
export const websitesContract: readonly ContractCase[] = [
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
];
