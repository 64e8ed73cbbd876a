import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { generate, publicKey } from "../../../src/engine/secrets/generate.ts";
import { until } from "../../../src/providers/local-machine/until.ts";
import { admin, s3Client } from "./garage-client.ts";
import { doubleProgram, type Started, startGarage, stopGarage } from "./start-garage.ts";

const scripts = fileURLToPath(new URL("../../../src/catalogue/resources/scripts", import.meta.url));
const real = process.env["GARAGE_PROGRAM"] ?? "/var/cache/fediversity/garage/garage";

interface Ended {
  readonly code: unknown;
  readonly output: string;
}

function script(name: string, args: readonly string[], credentials: string): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const env = { PATH: process.env["PATH"] ?? "", CREDENTIALS_DIRECTORY: credentials };
  execFile("/bin/sh", [join(scripts, name), ...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
    resolve({ code: error?.code ?? 0, output: stdout + stderr });
  });
  return promise;
}

interface Member {
  readonly name: string;
  readonly folder: string;
  readonly id: string;
  started: Started;
}

type State = "here" | "leaving" | "lost";
interface Wanted {
  readonly zone?: string;
  readonly capacity?: number | null;
  readonly state?: State;
}

/** Three nodes with identities of ours, and the layout's step at the first of them. */
async function withCluster(
  program: readonly string[],
  options: { readonly names: readonly string[]; readonly replicas: number },
  run: (cluster: {
    readonly members: Readonly<Record<string, Member>>;
    readonly layout: (wanted: Readonly<Record<string, Wanted>>) => Promise<Ended>;
    readonly entry: Started["target"];
  }) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "garage-layout-"));
  const credentials = join(root, "credentials");
  const rpcSecret = randomBytes(32).toString("hex");
  const members: Record<string, Member> = {};
  try {
    await mkdir(credentials);
    for (const name of options.names) {
      const folder = join(root, name);
      await mkdir(join(folder, "meta"), { recursive: true });
      const key = await generate({ origin: "key", type: "ed25519" });
      await writeFile(join(credentials, "node-key"), key);
      await writeFile(join(credentials, `node-${name}`), publicKey(key));
      const { code, output } = await script(
        "garage-identity.sh",
        [join(folder, "meta"), String(process.getuid?.())],
        credentials,
      );
      assert.equal(code, 0, output);
      const started = await startGarage(folder, { program, replicas: options.replicas, rpcSecret });
      members[name] = { name, folder, id: publicKey(key), started };
    }
    const [first = ""] = options.names;
    const entry = (members[first] as Member).started.target;
    await writeFile(join(credentials, "admin-header"), `Authorization: Bearer ${entry.token}`);
    const layout = async (wanted: Readonly<Record<string, Wanted>>): Promise<Ended> => {
      const nodes = Object.entries(wanted).map(([name, node]) => ({
        name,
        zone: node.zone ?? name,
        capacity: node.capacity === undefined ? 1_000_000_000 : node.capacity,
        state: node.state ?? "here",
      }));
      await writeFile(
        join(root, "layout.json"),
        JSON.stringify({ admin: entry.admin, replication: options.replicas, nodes }),
      );
      const peers = nodes.flatMap(({ name, state }) =>
        name === first || state === "lost" ? [] : [`${name} ${(members[name] as Member).started.rpc}\n`],
      );
      await writeFile(join(root, "peers"), peers.join(""));
      const args = [join(root, "layout.json"), join(root, "peers"), join(scripts, "garage-layout.jq")];
      return await script("garage-layout.sh", args, credentials);
    };
    await run({ members, layout, entry });
  } finally {
    await Promise.all(Object.values(members).map(({ started }) => stopGarage(started)));
    await rm(root, { recursive: true, force: true });
  }
}

interface Layout {
  readonly version: number;
  readonly roles: readonly {
    readonly zone: string;
    readonly tags: readonly string[];
    readonly capacity?: number | null;
  }[];
}

async function rolesOf(entry: Started["target"]): Promise<readonly [number, Readonly<Record<string, unknown>>]> {
  const { version, roles } = (await admin(entry, "GetClusterLayout")).json as Layout;
  return [version, Object.fromEntries(roles.map(({ tags, zone, capacity }) => [tags[0], [zone, capacity ?? null]]))];
}

for (const { name, program } of [
  { name: "the double of Garage", program: doubleProgram },
  ...(existsSync(real) ? [{ name: "Garage itself", program: [real] }] : []),
]) {
  describe(`the layout of several nodes of ${name}`, { concurrency: 2 }, () => {
    test("is made, changed, and left alone; who holds objects is not forgotten", async () => {
      await withCluster(program, { names: ["a", "b", "c", "d"], replicas: 2 }, async ({ members, layout, entry }) => {
        const ok = async (wanted: Parameters<typeof layout>[0]): Promise<string> => {
          const { code, output } = await layout(wanted);
          assert.equal(code, 0, output);
          return output;
        };
        const settled = async (): Promise<void> => {
          const look = async (): Promise<true | undefined> => {
            const { json } = await admin(entry, "GetClusterLayoutHistory");
            const { versions } = json as { versions: { status: string }[] };
            return versions.some(({ status }) => status === "Draining") ? undefined : true;
          };
          assert.ok(await until(look, { timeout: 60_000, interval: 200 }), "one version alone is in use");
        };
        const three = { a: {}, b: {}, c: {} };
        const gigabyte = 1_000_000_000;
        assert.match(await ok(three), /^the layout has version 1:$/m);
        assert.deepEqual(await rolesOf(entry), [1, { a: ["a", gigabyte], b: ["b", gigabyte], c: ["c", gigabyte] }]);
        assert.equal(await ok(three), "", "again is a no-op");
        for (const name of ["b", "c"]) {
          const { target } = (members[name] as Member).started;
          const healthy = async (): Promise<true | undefined> =>
            ((await admin(target, "GetClusterHealth")).json as { status: string }).status === "healthy" || undefined;
          assert.ok(await until(healthy, { timeout: 60_000, interval: 200 }), `${name} gets to know all by the first`);
        }

        const key = (await admin(entry, "CreateKey", { allow: { createBucket: true } })).json as Record<string, string>;
        const client = s3Client(entry, { id: key["accessKeyId"] ?? "", secret: key["secretAccessKey"] ?? "" });
        const content = "1".repeat(10_000);
        assert.equal((await client({ method: "PUT", path: "/bucket" })).status, 200);
        assert.equal((await client({ method: "PUT", path: "/bucket/one", body: content })).status, 200);

        const changed = { a: {}, b: { zone: "cellar", capacity: 2 * gigabyte }, c: {} };
        assert.match(await ok({ ...changed, d: {} }), /version 2:/);
        const roles = { a: ["a", gigabyte], b: ["cellar", 2 * gigabyte], c: ["c", gigabyte], d: ["d", gigabyte] };
        assert.deepEqual(await rolesOf(entry), [2, roles]);

        const forgotten = await layout(changed);
        assert.equal(forgotten.code, 1);
        assert.match(forgotten.output, /^the policy does not name d, which holds objects/m);
        assert.deepEqual(await rolesOf(entry), [2, roles], "nothing has changed");

        assert.match(
          await ok({ ...changed, d: { state: "leaving" } }),
          /version 3:[^]*^d (is empty|still holds \d+ blocks)/m,
        );
        await settled();
        await stopGarage((members["d"] as Member).started);
        await stopGarage((members["c"] as Member).started);
        assert.match(await ok({ a: {}, b: changed.b, c: { state: "lost" } }), /version 4:/);
        await settled();
        assert.deepEqual(Object.keys((await rolesOf(entry))[1]).toSorted(), ["a", "b"]);
        const read = async (): Promise<true | undefined> =>
          (await client({ path: "/bucket/one" })).text === content ? true : undefined;
        assert.ok(await until(read, { timeout: 30_000, interval: 200 }), "the object is there");
        assert.equal((await client({ method: "PUT", path: "/bucket/two", body: content })).status, 200);
        assert.equal(await ok({ a: {}, b: changed.b }), "", "and nobody is waited for");
      });
    });

    test("an entry may store nothing, and comes and goes as it likes", async () => {
      await withCluster(program, { names: ["gate", "one"], replicas: 1 }, async ({ layout, entry }) => {
        assert.match((await layout({ gate: { capacity: null }, one: {} })).output, /version 1:/);
        assert.deepEqual((await rolesOf(entry))[1], { gate: ["gate", null], one: ["one", 1_000_000_000] });
        assert.match((await layout({ gate: { capacity: 5_000_000_000 }, one: {} })).output, /version 2:/);
      });
    });
  });
}
