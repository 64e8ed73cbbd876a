import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { mutations, valid } from "./garage.contract.ts";
import { readConfig } from "./image/usr/lib/garage-double/config.mjs";

const double = fileURLToPath(new URL("image/garage", import.meta.url));

/** Puts files and variables below a folder of its own: the paths in the contract are those in a container. */
async function prepare(folder: string, given: Readonly<Record<string, string | undefined>>) {
  const inside = (text: string) => text.replaceAll(/\/(?=etc\/garage|run\/secrets|var\/lib\/garage)/g, `${folder}/`);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries({ GARAGE_CONFIG_FILE: "/etc/garage.toml", ...valid, ...given })) {
    if (value === undefined || name.startsWith("MODE:")) continue;
    if (!name.startsWith("FILE:")) {
      env[name] = inside(value);
      continue;
    }
    const path = name.slice("FILE:".length);
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), inside(value), { mode: Number.parseInt(given[`MODE:${path}`] ?? "0600", 8) });
  }
  return env;
}

async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "garage-mutation-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The program itself. What is right goes as far as the node's key, which is not there before the first start. */
const run = (given: Readonly<Record<string, string | undefined>>, args: readonly string[]) =>
  withFolder(async (folder) => {
    const env = await prepare(folder, given);
    const { promise, resolve } = Promise.withResolvers<{ code: unknown; output: string }>();
    execFile(process.execPath, [double, ...args], { env, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, output: (stdout + stderr).replaceAll(folder, "") });
    });
    return promise;
  });

const secrets = Object.entries(valid).flatMap(([name, value]) =>
  name.startsWith("FILE:/run/secrets/") ? [value.trim()] : [],
);

describe("the double of Garage refuses what is broken", { concurrency: 4 }, () => {
  for (const { description, env, refusal } of mutations) {
    test(description, () =>
      withFolder(async (folder) => {
        const output = readConfig(await prepare(folder, env))
          .problems.join("\n")
          .replaceAll(folder, "");
        assert.ok(output.includes(refusal), output);
        for (const secret of secrets) assert.ok(!output.includes(secret));
      }),
    );
  }

  test("with a status that says so", async () => {
    const { code, output } = await run({ "MODE:/run/secrets/rpc_secret": "0644" }, ["server"]);
    assert.equal(code, 1);
    assert.match(output, /^double: rpc_secret_file: .* is world-readable \(mode 0644, expected 0600\)\n$/);
  });

  test("several problems at once, one line each", async () => {
    const { output } = await run({ GARAGE_X: "1", "FILE:/etc/garage.toml": "a = 1\ndata_dir = 2\n" }, ["server"]);
    for (const name of [
      "GARAGE_X",
      "a",
      "data_dir",
      "metadata_dir",
      "replication_factor",
      "s3_api.s3_region",
      "rpc_secret",
    ]) {
      assert.match(output, new RegExp(`^double: ${name}: `, "m"));
    }
  });

  test("and takes what is not", async () => {
    const { output } = await run({}, ["status"]);
    assert.match(output, /^double: node_key: not there/);
  });

  test("readable secrets, when that is wanted", async () => {
    const lax = { "MODE:/run/secrets/rpc_secret": "0444", GARAGE_ALLOW_WORLD_READABLE_SECRETS: "true" };
    assert.match((await run(lax, ["status"])).output, /^double: node_key: not there/);
  });
});
