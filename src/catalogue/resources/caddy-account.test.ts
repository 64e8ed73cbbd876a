import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { z } from "zod";
import type { MachineHandle } from "../../model/resource.ts";
import { fulfilled, here, linesOf } from "../testing/fulfilled.ts";
import { webAddress } from "./web-address.ts";

type Request = z.input<typeof webAddress.request>;
type Policy = z.input<typeof webAddress.policy>;

function serve(request: Partial<Request> = {}, policy: Policy = {}, machine: MachineHandle = here) {
  const whole = { host: "app.example.org", routes: [{ port: 3000 }], ...request };
  return fulfilled(webAddress, policy, [{ name: "web", request: whole, from: machine }], machine);
}

test("Caddy makes its account before several names ask at once, and once", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "fediversity-caddy-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => join(folder, name);
  for (const name of ["bin", "sites", "storage", "run"]) mkdirSync(at(name));
  const program = `#!/bin/sh\ncat "$3" >>'${at("seen")}'\nmkdir -p '${at("storage")}/acme/a/users/b'\n: >'${at("storage")}/acme/a/users/b/c.key'\nexec sleep 20\n`;
  writeFileSync(at("bin/caddy"), program);
  chmodSync(at("bin/caddy"), 0o755);
  writeFileSync(at("Caddyfile"), "{\n\tgrace_period 10s\n}\n\nimport /etc/caddy/sites/*.caddy\n");
  const run = (): number | null => {
    const script = join(import.meta.dirname, "scripts/caddy-account.sh");
    const env = { PATH: `${at("bin")}:${process.env["PATH"] ?? ""}` };
    const args = [script, at("Caddyfile"), at("sites"), at("storage"), at("run")];
    return spawnSync("sh", args, { env, timeout: 15_000 }).status;
  };
  assert.equal(run(), 0);
  assert.ok(!existsSync(at("seen")), "without a site there is nothing to ask for");
  for (const name of ["a.caddy", "b.caddy"]) writeFileSync(at(`sites/${name}`), "");
  assert.equal(run(), 0);
  const first = `{\n\tgrace_period 10s\n}\n\nimport ${at("sites/a.caddy")}\n`;
  assert.equal(readFileSync(at("seen"), "utf8"), first);
  assert.deepEqual(readdirSync(at("run")), []);
  assert.equal(run(), 0);
  assert.equal(readFileSync(at("seen"), "utf8"), first, "an account that is there is kept");

  const before = (policy: Policy): boolean =>
    linesOf(serve({}, policy).system, "caddy.service").some((line) => line.startsWith("ExecStartPre="));
  assert.deepEqual([before({}), before({ certificates: { from: "machine" } })], [true, false]);
});
