import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { output, secret, text } from "../../model/reference.ts";
import { contentOf, failureOf, fulfilled, here, linesOf, there } from "../testing/fulfilled.ts";
import { objectStorage } from "./object-storage.ts";

type Requests = Parameters<
  typeof fulfilled<typeof objectStorage.request, typeof objectStorage.policy, typeof objectStorage.binding>
>[2];

const media = { name: "media", request: { description: "pictures", host: "media.app.example.org" } };
const hidden = {
  name: "private",
  request: { description: "originals", keyOf: "media", cors: false, quota: 5_000_000 },
};

function garage(requests: Requests = [media], policy: Partial<z.input<typeof objectStorage.policy>> = {}) {
  return fulfilled(objectStorage, { kind: "garage", ...policy } as z.input<typeof objectStorage.policy>, requests);
}

const buckets = (...args: Parameters<typeof garage>): unknown =>
  JSON.parse(contentOf(garage(...args).system, "/etc/fediversity/garage/buckets.json"));

test("a bucket in Garage: reached by its own name, with a key of its own", () => {
  const { bindings, secrets } = garage();
  assert.deepEqual(bindings, [
    {
      endpoint: "https://s3.example.org",
      host: "s3.example.org",
      mapping: "s3.example.org:127.0.0.1",
      region: "garage",
      bucket: "app-media",
      accessKeyId: text`GK${secret("bucket/app/media-id")}`,
      secretAccessKey: text`${secret("bucket/app/media-key")}`,
      publicHost: "media.app.example.org",
      pathStyle: "true",
      unit: "garage-buckets.service",
    },
  ]);
  const hex = (length: number): object => ({ origin: "generated", format: "hex", length });
  assert.deepEqual(secrets, {
    "garage/rpc-secret": hex(32),
    "garage/admin-token": hex(32),
    // `GK` and 24 hexadecimal digits, and 64: what every version takes.
    "bucket/app/media-id": hex(12),
    "bucket/app/media-key": hex(32),
  });
});

test("what Garage is to have is a file without secrets: layout, buckets, names, quotas, CORS", () => {
  assert.deepEqual(buckets([media, hidden], { capacity: 1_000_000_000, quota: 9_000_000 }), {
    admin: "http://127.0.0.1:3903",
    zone: "here",
    capacity: 1_000_000_000,
    tags: ["here"],
    buckets: [
      { bucket: "app-media", host: "media.app.example.org", quota: 9_000_000, cors: true },
      { bucket: "app-private", host: null, quota: 5_000_000, cors: false },
    ],
  });
  assert.match(JSON.stringify(buckets()), /"quota":null/);
});

test("a bucket that only its application sees has no public name, and may share a key", () => {
  const { bindings, secrets, system } = garage([media, hidden]);
  const [open, closed] = bindings;
  assert.equal(closed?.publicHost, "");
  assert.deepEqual([closed.accessKeyId, closed.secretAccessKey], [open?.accessKeyId, open?.secretAccessKey]);
  assert.deepEqual(
    Object.keys(secrets).filter((name) => name.startsWith("bucket/")),
    ["bucket/app/media-id", "bucket/app/media-key"],
  );
  assert.deepEqual(
    Object.keys(system.files).filter((path) => path.startsWith("/etc/caddy/sites/")),
    ["/etc/caddy/sites/media.app.example.org.caddy", "/etc/caddy/sites/s3.example.org.caddy"],
  );
  assert.deepEqual(Object.keys(system.units["garage-buckets.service"]?.credentials ?? {}).toSorted(), [
    ...["admin-header", "app-media-id", "app-media-key", "app-private-id", "app-private-key"],
  ]);
});

test("media are read with the bucket's name in the path and without; the S3 interface has no limits", () => {
  const { system } = garage();
  const site = contentOf(system, "/etc/caddy/sites/media.app.example.org.caddy");
  assert.match(
    site,
    /@_app_media_ path \/app-media\/\*\n\thandle @_app_media_ \{\n\t\turi strip_prefix \/app-media\n\t\treverse_proxy 127\.0\.0\.1:3902/,
  );
  assert.match(site, /\thandle \{\n\t\treverse_proxy 127\.0\.0\.1:3902/);
  const s3 = contentOf(system, "/etc/caddy/sites/s3.example.org.caddy");
  assert.match(s3, /reverse_proxy 127\.0\.0\.1:3900/);
  assert.doesNotMatch(s3, /max_size/);
  assert.doesNotMatch(JSON.stringify(system.health["https-s3-example-org"]), /--fail/, "a refusal is an answer");
});

test("Garage keeps its secrets in files that it alone reads, and listens on loopback only", () => {
  const { system } = garage();
  const folder = "/etc/fediversity/containers/garage-server";
  const secretFile = system.files[`${folder}/run/secrets/rpc-secret`];
  assert.deepEqual([secretFile?.mode, secretFile?.owner], ["0400", "3900"]);
  const toml = contentOf(system, `${folder}/etc/garage.toml`);
  for (const line of [
    'db_engine = "sqlite"',
    "metadata_fsync = true",
    "data_fsync = true",
    "replication_factor = 1",
    "allow_punycode = true",
    's3_region = "garage"',
    'api_bind_addr = "127.0.0.1:3900"',
    'rpc_bind_addr = "127.0.0.1:3901"',
    'bind_addr = "127.0.0.1:3902"',
    'api_bind_addr = "127.0.0.1:3903"',
    'root_domain = ".s3.example.org"',
  ]) {
    assert.ok(toml.split("\n").includes(line), line);
  }
  assert.doesNotMatch(toml, /secret|0\.0\.0\.0|\[::\]/);
  assert.equal(
    contentOf(system, `${folder}/environment`),
    [
      "GARAGE_ADMIN_TOKEN={secret garage/admin-token}",
      "GARAGE_CONFIG_FILE=/etc/garage.toml",
      "GARAGE_RPC_SECRET_FILE=/run/secrets/rpc-secret",
      "RUST_LOG=garage=info",
      "",
    ].join("\n"),
  );
  assert.doesNotMatch(linesOf(system, "garage-buckets.service").join("\n"), /\{secret/);
  assert.deepEqual(system.health["garage"], {
    kind: "http",
    host: "localhost",
    port: 3903,
    path: "/health",
    status: 200,
    deadline: 60,
  });
  assert.match(
    contentOf(garage([media], { durable: false }).system, `${folder}/etc/garage.toml`),
    /data_fsync = false/,
  );
});

test("for applications elsewhere the S3 name leads to Garage's machine", () => {
  const [binding] = garage([{ ...media, from: there }]).bindings;
  const address = output(`machine/${here.name}`, "address");
  assert.deepEqual([binding?.mapping, binding?.unit], [text`s3.example.org:${address}`, ""]);
  assert.equal(binding?.endpoint, "https://s3.example.org");
});

test("names get records as those of web addresses do, and a bucket is data that is kept", () => {
  const { components, system } = garage([media], { web: { dns: { server: { address: "198.51.100.53" } } } });
  assert.deepEqual(Object.keys(components), ["dns-record/s3.example.org", "dns-record/media.app.example.org"]);
  assert.equal(system.directories["/srv/fediversity/buckets/app-media"]?.data, "bucket of app media");
  assert.equal(system.directories["/srv/fediversity/garage"]?.data, "objects of all buckets");
});

test("a bucket that was purged is deleted by a step that only a purge starts", () => {
  const { system } = garage([media, hidden]);
  assert.equal(system.units["garage-purge.service"]?.enabled, false);
  assert.equal(system.units["garage-purge.path"]?.enabled, true);
  assert.ok(linesOf(system, "garage-purge.path").includes("PathChanged=/srv/fediversity/buckets"));
  const configuration = "/etc/fediversity/garage";
  const lines = linesOf(system, "garage-purge.service");
  for (const line of [
    `ExecStart=/bin/sh ${configuration}/purge.sh ${configuration}/buckets.json /srv/fediversity/buckets http://127.0.0.1:3900 /srv/fediversity/garage/buckets-made`,
    "Requires=garage-server.service",
    "ReadWritePaths=/srv/fediversity/garage",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.deepEqual(Object.keys(system.units["garage-purge.service"].credentials), ["admin-header"]);
  const making = linesOf(system, "garage-buckets.service").find((line) => line.startsWith("ExecStart=")) ?? "";
  assert.ok(making.endsWith("/srv/fediversity/garage/buckets-made"), "it notes which buckets are ours");
  const folders = Object.keys(system.directories).filter((path) => path.startsWith("/srv/fediversity/buckets/"));
  assert.deepEqual(folders, ["/srv/fediversity/buckets/app-media", "/srv/fediversity/buckets/app-private"]);
});

test("Garage's S3 name is below the domain, and no part of the policy", () => {
  assert.ok(objectStorage.policy.safeParse({ kind: "garage" }).success);
  assert.ok(!objectStorage.policy.safeParse({ kind: "garage", host: "objects.example.org" }).success);
});

test("Garage's memory has the limit that the policy names, and none otherwise", () => {
  const limit = (policy: object): string | undefined =>
    linesOf(garage([media], policy).system, "garage-server.container").find((line) => line.startsWith("MemoryMax"));
  assert.deepEqual([limit({ memory: 512 }), limit({})], ["MemoryMax=512M", undefined]);
});

test("a bucket's name has 63 characters at most, and is nobody else's", () => {
  const report = failureOf(() => garage([{ ...media, application: "a".repeat(40), name: "b".repeat(30) }]));
  assert.equal(report.code, "bucket-name");
  assert.match(report.found, /63 characters/);
  const same = failureOf(() =>
    garage([
      { ...hidden, application: "a-b", name: "c" },
      { ...hidden, application: "a", name: "b-c" },
    ]),
  );
  assert.deepEqual([same.code, same.subject], ["bucket-name", "application a, request b-c"]);
  assert.equal(same.found, "the bucket would be called a-b-c, like that of application a-b, request c");
});

test("a public name is a name of a bucket too, which has 63 characters at most", () => {
  const refused = (length: number): string | undefined => {
    const host = `${"a".repeat(length - 14)}.b.example.org`;
    const request = objectStorage.request.parse({ ...media.request, host });
    return objectStorage.refuses?.(objectStorage.policy.parse({ kind: "garage" }), request);
  };
  assert.equal(refused(63), undefined);
  assert.match(refused(64) ?? "", /at most 63 characters, and a{50}\.b\.example\.org has 64/);
});

test("object storage that is there already: nothing comes onto a machine", () => {
  const policy = {
    kind: "s3",
    host: "objects.example.net",
    region: "eu-1",
    accessKeyId: secret("provider/s3-id"),
    secretAccessKey: secret("provider/s3-key"),
    bucketPrefix: "fedi-",
    publicDomain: "cdn.example.net",
  } as const;
  const { bindings, system, components, secrets } = fulfilled(objectStorage, policy, [media, hidden]);
  const common = {
    endpoint: "https://objects.example.net",
    host: "objects.example.net",
    mapping: "",
    region: "eu-1",
    accessKeyId: policy.accessKeyId,
    secretAccessKey: policy.secretAccessKey,
    pathStyle: "false",
    unit: "",
  };
  assert.deepEqual(bindings, [
    { ...common, bucket: "fedi-app-media", publicHost: "fedi-app-media.cdn.example.net" },
    { ...common, bucket: "fedi-app-private", publicHost: "" },
  ]);
  assert.deepEqual([system.files, system.units, system.quadlets, components, secrets], [{}, {}, {}, {}, {}]);
});
