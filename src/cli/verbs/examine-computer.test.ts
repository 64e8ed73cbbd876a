import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Deployment } from "../../model/deployment.ts";
import { examineComputer } from "./examine-computer.ts";

const image = "ghcr.io/example/app:v1";

function machine(images: object): Deployment["components"] {
  return { "machine/a": { type: "machine", inputs: { system: { images } } } } as Deployment["components"];
}

test("only the programs that a deployment takes are looked for, and a missing one is named with its package", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-doctor-"));
  const before = process.env["PATH"];
  context.after(() => {
    process.env["PATH"] = before;
    rmSync(folder, { recursive: true, force: true });
  });
  process.env["PATH"] = folder;
  const install = (...names: readonly string[]): void => {
    for (const name of names) {
      writeFileSync(join(folder, name), "#!/bin/sh\nexit 0\n");
      chmodSync(join(folder, name), 0o755);
    }
  };
  const found = async (components: Deployment["components"]): Promise<Readonly<Record<string, string>>> => {
    const deployment: Deployment = { name: "example.org", environment: "test", components, secrets: {} };
    const examined = await examineComputer(deployment, { state: join(folder, "state"), cache: join(folder, "cache") });
    return Object.fromEntries(examined.map(({ name, ok, next }) => [name, ok ? "ok" : (next ?? "")]));
  };
  const folders = { Node: "ok", "state folder": "ok", "cache folder": "ok" };
  assert.deepEqual(await found({}), folders);

  install("ssh", "apt-get");
  const machines = { ...folders, ssh: "ok", "apt-get": "ok" };
  assert.deepEqual(await found(machine({})), machines);
  assert.deepEqual(await found(machine({ [image]: { from: "machine" } })), machines, "it fetches them itself");
  const record = { "dns-record/a.example.org": { type: "dns-record", inputs: {} } };
  const all = { ...machine({ [image]: { from: "deployer" } }), ...record };
  assert.deepEqual(await found(all), {
    ...machines,
    nsupdate: "Install the Debian package bind9-dnsutils.",
    skopeo: "Install the Debian package skopeo.",
  });
  install("nsupdate", "skopeo");
  assert.deepEqual(await found(all), { ...machines, nsupdate: "ok", skopeo: "ok" });
});
