// The script that brings Garage's buckets, keys and names to what a file says, with the double and with Garage itself.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { admin, s3Client } from "../doubles/garage/garage-client.ts";
import { doubleProgram, startGarage, stopGarage, type Started } from "../doubles/garage/start-garage.ts";

const script = fileURLToPath(new URL("../../src/catalogue/resources/scripts/garage-configure.sh", import.meta.url));
const real = process.env["GARAGE_PROGRAM"] ?? "/var/cache/fediversity/garage/garage";

interface Key {
  readonly id: string;
  readonly secret: string;
}

const newKey = (): Key => ({ id: `GK${randomBytes(12).toString("hex")}`, secret: randomBytes(32).toString("hex") });

interface Bucket {
  readonly key: Key;
  readonly host?: string;
}

interface Ended {
  readonly code: unknown;
  readonly said: string;
}

interface Scene {
  readonly target: Started["target"];
  /** Runs the step for these buckets. */
  readonly configure: (buckets: Readonly<Record<string, Bucket>>) => Promise<Ended>;
  /** Whether a key reads and writes a bucket. */
  readonly opens: (key: Key, bucket: string) => Promise<boolean>;
  readonly namesOf: (bucket: string) => Promise<readonly string[]>;
  /** Forgets which buckets are ours, as another machine that becomes the entry knows nothing of them. */
  readonly forget: () => Promise<void>;
  readonly made: () => Promise<readonly string[]>;
}

async function withGarage(program: readonly string[], run: (scene: Scene) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "garage-configure-"));
  const started = await startGarage(root, { program });
  const { target } = started;
  const made = join(root, "made");
  try {
    await run({
      target,
      async configure(buckets) {
        const credentials = await mkdtemp(join(root, "credentials-"));
        await writeFile(join(credentials, "admin-header"), `Authorization: Bearer ${target.token}`);
        for (const [bucket, { key }] of Object.entries(buckets)) {
          await writeFile(join(credentials, `${bucket}-id`), key.id);
          await writeFile(join(credentials, `${bucket}-key`), key.secret);
        }
        const wanted = {
          ...{ admin: target.admin, zone: "here", capacity: 1_000_000_000, tags: ["here"] },
          buckets: Object.entries(buckets).map(([bucket, { host = null }]) => ({
            ...{ bucket, host, quota: null, cors: false },
          })),
        };
        const file = join(credentials, "buckets.json");
        await writeFile(file, JSON.stringify(wanted));
        const { promise, resolve } = Promise.withResolvers<Ended>();
        const env = { PATH: process.env["PATH"], CREDENTIALS_DIRECTORY: credentials };
        execFile("/bin/sh", [script, file, made], { env, timeout: 60_000 }, (error, stdout, stderr) => {
          resolve({ code: error?.code ?? 0, said: stdout + stderr });
        });
        return await promise;
      },
      async opens(key, bucket) {
        const s3 = s3Client(target, { id: key.id, secret: key.secret });
        const put = await s3({ method: "PUT", path: `/${bucket}/probe`, body: "probe" });
        const got = await s3({ path: `/${bucket}/probe` });
        assert.equal(put.status === 200, got.status === 200, `${String(put.status)} and ${String(got.status)}`);
        return got.status === 200;
      },
      async namesOf(bucket) {
        const { json } = await admin(target, `GetBucketInfo?globalAlias=${bucket}`);
        return (json as { readonly globalAliases: readonly string[] }).globalAliases.toSorted();
      },
      forget: () => rm(made),
      made: async () => (await readFile(made, "utf8")).trim().split("\n").toSorted(),
    });
  } finally {
    await stopGarage(started);
    await rm(root, { recursive: true, force: true });
  }
}

const done = ({ code, said }: Ended): string => {
  assert.equal(code, 0, said);
  return said;
};

for (const { name, program } of [
  { name: "the double of Garage", program: doubleProgram },
  ...(existsSync(real) ? [{ name: "Garage itself", program: [real] }] : []),
]) {
  test(`${name}: a second run changes nothing, and what is not ours stays as it is`, async () => {
    await withGarage(program, async ({ target, configure, opens, namesOf, made }) => {
      const first = { media: { key: newKey(), host: "media.example.org" } };
      done(await configure(first));
      assert.equal(done(await configure(first)), "");
      assert.deepEqual(await made(), ["media"]);
      const { json } = await admin(target, "CreateBucket", { globalAlias: "backups" });
      const { id: bucketId } = json as { readonly id: string };
      const own = (await admin(target, "CreateKey", { name: "backups" })).json as {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      };
      const theirs = { id: own.accessKeyId, secret: own.secretAccessKey };
      const all = { read: true, write: true, owner: true };
      await admin(target, "AllowBucketKey", { bucketId, accessKeyId: theirs.id, permissions: all });
      await admin(target, "AddBucketAlias", { bucketId, globalAlias: "backups.example.org" });
      assert.equal(done(await configure(first)), "");
      assert.ok(await opens(theirs, "backups"));
      assert.deepEqual(await namesOf("backups"), ["backups", "backups.example.org"]);
      // A key of the hosting provider's that may read a bucket of ours goes on doing so.
      const media = (await admin(target, "GetBucketInfo?globalAlias=media")).json as { readonly id: string };
      await admin(target, "AllowBucketKey", { bucketId: media.id, accessKeyId: theirs.id, permissions: all });
      assert.equal(done(await configure(first)), "");
      assert.ok(await opens(theirs, "media"));
    });
  });

  test(`${name}: names go to who wants them now, also where two buckets change places`, async () => {
    await withGarage(program, async ({ configure, opens, namesOf }) => {
      const [one, two] = [newKey(), newKey()];
      done(await configure({ one: { key: one, host: "a.example.org" }, two: { key: two, host: "b.example.org" } }));
      done(await configure({ one: { key: one, host: "b.example.org" }, two: { key: two, host: "a.example.org" } }));
      assert.deepEqual(await namesOf("one"), ["b.example.org", "one"]);
      assert.deepEqual(await namesOf("two"), ["a.example.org", "two"]);
      // One is switched off: it is kept, and its name is free.
      const said = done(await configure({ two: { key: two, host: "b.example.org" } }));
      assert.match(said, /bucket one is kept; its key opens it no more/);
      assert.deepEqual([await namesOf("one"), await namesOf("two")], [["one"], ["b.example.org", "two"]]);
      assert.deepEqual([await opens(one, "one"), await opens(two, "two")], [false, true]);
      assert.equal(done(await configure({ two: { key: two, host: "b.example.org" } })), "");
      done(await configure({ one: { key: one, host: "a.example.org" }, two: { key: two, host: "b.example.org" } }));
      assert.ok(await opens(one, "one"));
    });
  });

  test(`${name}: a key that was rotated opens nothing any more, and a secret alone cannot be`, async () => {
    await withGarage(program, async ({ configure, opens }) => {
      const [former, key] = [newKey(), newKey()];
      // Two buckets of one application that have one key.
      const buckets = (own: Key) => ({ media: { key: own, host: "media.example.org" }, hidden: { key: own } });
      done(await configure(buckets(former)));
      assert.match(done(await configure(buckets(key))), /the former key of bucket media opens it no more/);
      for (const bucket of ["media", "hidden"])
        assert.deepEqual([await opens(former, bucket), await opens(key, bucket)], [false, true], bucket);
      const alone = await configure(buckets({ id: key.id, secret: newKey().secret }));
      assert.equal(alone.code, 1);
      assert.match(alone.said, /key of bucket media was changed alone.*rotate its id together with it/);
      assert.ok(await opens(key, "media"));
      // The way back, when what comes after it turns out unhealthy.
      done(await configure(buckets(former)));
      assert.deepEqual([await opens(former, "media"), await opens(key, "media")], [true, false]);
    });
  });

  test(`${name}: a machine that becomes the entry learns which buckets are ours by their keys`, async () => {
    await withGarage(program, async ({ configure, opens, forget, made }) => {
      const [one, two] = [newKey(), newKey()];
      done(await configure({ one: { key: one }, two: { key: two } }));
      await forget();
      done(await configure({ one: { key: one }, two: { key: two } }));
      assert.deepEqual(await made(), ["one", "two"]);
      done(await configure({ two: { key: two } }));
      assert.deepEqual([await opens(one, "one"), await opens(two, "two")], [false, true]);
    });
  });
}
