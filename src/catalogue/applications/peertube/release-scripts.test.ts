import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("release-scripts.sh", import.meta.url));
const releases = ["4.2", "8.1", "8.3", "8.10", "9.0"];

/** Runs the step for a version whose last upgrade was this one. @returns what was run, in order */
async function run(
  version: string,
  upgrade: string | undefined,
  { failing, isBroken = false }: { readonly failing?: string; readonly isBroken?: boolean } = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "release-scripts-"));
  let answers = 0;
  // Not at once: PeerTube migrates before it listens.
  const server = createServer((_, response) => {
    answers += 1;
    response.writeHead(isBroken || answers < 3 ? 503 : 200).end("pong");
  });
  const listening = Promise.withResolvers<undefined>();
  server.listen(0, "127.0.0.1", () => listening.resolve(undefined));
  await listening.promise;
  try {
    const migrations = join(folder, "dist", "scripts", "migrations");
    await mkdir(migrations, { recursive: true });
    for (const release of releases) {
      const line = `require("node:fs").appendFileSync("log", "${release} "); process.exit(${release === failing ? "1" : "0"});`;
      await writeFile(join(migrations, `peertube-${release}.js`), line);
    }
    await writeFile(join(migrations, "README.md"), "");
    if (upgrade !== undefined) await writeFile(join(folder, "upgrade"), upgrade);
    const ping = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
    // A container's PATH has node in it, whatever this computer's has.
    const env = { PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
    const args = [script, version, join(folder, "upgrade"), folder, ping];
    await promisify(execFile)("sh", args, { env, timeout: 60_000 });
    return await readFile(join(folder, "log"), "utf8").catch(() => "");
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true });
  }
}

test("those after the version before, up to this one, in the order of versions", async () => {
  assert.equal(await run("8.10.0", "8.0.2 8.10.0 7\n"), "8.1 8.3 8.10 ");
  assert.equal(await run("8.10.1", "8.3.0 8.10.1 7\n"), "8.10 ");
});

test("none for a new instance, for a step within a release, and for an upgrade that was another one", async () => {
  assert.equal(await run("8.3.1", undefined), "");
  assert.equal(await run("8.3.2", "8.3.1 8.3.2 4\n"), "");
  assert.equal(await run("8.3.1", "8.0.0 8.10.0 7\n"), "");
});

test("one that fails ends it", async () => {
  await assert.rejects(
    run("8.10.0", "8.0.2 8.10.0 7\n", { failing: "8.3" }),
    /running the script of release 8\.3\n$|exit|failed/i,
  );
});

test("a PeerTube that listens and does not serve is broken, which is said while somebody waits for it", async () => {
  await assert.rejects(run("8.10.0", "8.0.2 8.10.0 7\n", { isBroken: true }), /PeerTube does not serve/);
});
