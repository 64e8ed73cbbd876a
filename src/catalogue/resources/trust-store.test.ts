import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { mergeFragments } from "../../system/fragment.ts";
import { contentOf, linesOf } from "../testing/fulfilled.ts";
import { Certificates, trustStore, trustStoreBundle, trustStoreUnit } from "./trust-store.ts";

const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";

test("the bundle is Debian's with the policy's at its end, in memory", (context) => {
  const system = mergeFragments([{ origin: "test", system: trustStore(pem) }]);
  const added = "/etc/fediversity/trusted-certificates.pem";
  assert.equal(contentOf(system, added), `${pem}\n`);
  const lines = linesOf(system, trustStoreUnit);
  assert.ok(lines.includes("RuntimeDirectory=trust-store") && trustStoreBundle.startsWith("/run/trust-store/"));

  const command = system.units[trustStoreUnit]?.sections["Service"]?.["ExecStart"] as readonly (readonly string[])[];
  const folder = mkdtempSync(join(tmpdir(), "fediversity-trust-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "debian"), "Debian's\n");
  writeFileSync(join(folder, "added"), contentOf(system, added));
  const [, , script = "", ...args] = command[0] ?? [];
  assert.deepEqual(args.slice(1), [added, trustStoreBundle]);
  const paths = ["sh", join(folder, "added"), join(folder, "bundle")];
  const here = script.replace("/etc/ssl/certs/ca-certificates.crt", join(folder, "debian"));
  assert.equal(spawnSync("/bin/sh", ["-c", here, ...paths], { timeout: 10_000 }).status, 0);
  assert.equal(readFileSync(join(folder, "bundle"), "utf8"), `Debian's\n${pem}\n`);
});

test("certificates in PEM and nothing else", () => {
  for (const good of [pem, `${pem}\n`, `${pem}\n${pem}\n`, pem.replaceAll("\n", "\r\n")]) {
    assert.ok(Certificates.safeParse(good).success, good);
  }
  for (const bad of [
    "",
    "MIIB",
    `${pem}\nmore`,
    pem.replaceAll("CERTIFICATE", "PRIVATE KEY"),
    pem.replace("MIIB", "$(id)"),
  ]) {
    assert.ok(!Certificates.safeParse(bad).success, bad);
  }
});
