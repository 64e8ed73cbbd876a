import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { secret } from "../../model/reference.ts";
import { fulfilled, linesOf } from "../testing/fulfilled.ts";
import { service } from "./service.ts";
import { trustStoreUnit } from "./trust-store.ts";

type Request = z.input<typeof service.request>;
const request: Request = {
  description: "App",
  unit: "app.service",
  packages: ["app"],
  user: "app",
  command: ["/usr/bin/app", "a b"],
};

function run(more: Partial<Request> = {}, policy: z.input<typeof service.policy> = {}) {
  return fulfilled(service, policy, [{ name: "server", request: { ...request, ...more } }]);
}

test("a program in a sandbox, restarted whenever it ends", () => {
  const { bindings, system } = run();
  assert.deepEqual(bindings, [{ unit: "app.service" }]);
  const lines = linesOf(system, "app.service");
  for (const line of [
    "Type=exec",
    "Restart=always",
    "User=app",
    'ExecStart=/usr/bin/app "a b"',
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "CapabilityBoundingSet=",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.ok(!lines.some((line) => line.startsWith("Requires=")));
  assert.deepEqual(system.packages, ["app"]);
});

test("what it needs is written down, and a change of its files restarts it", () => {
  const { system } = run({
    before: [["/bin/sh", "/etc/app/prepare.sh"]],
    files: {
      "/etc/app/a": { content: "a\n" },
      "/etc/app/key": { content: secret("app/key"), owner: "app", place: "copy" },
    },
    credentials: { password: secret("initial-user/password") },
    environment: { LANG: "C.UTF-8" },
    writable: ["/srv/fediversity/app"],
    after: ["other.service"],
    ports: [8001],
    memory: 64,
  });
  const lines = linesOf(system, "app.service");
  for (const line of [
    "ExecStartPre=/bin/sh /etc/app/prepare.sh",
    'Environment="LANG=C.UTF-8"',
    "ReadWritePaths=/srv/fediversity/app",
    "After=other.service",
    "Requires=other.service",
    "MemoryMax=64M",
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
  }
  assert.doesNotMatch(lines.join("\n"), /secret/);
  const unit = system.units["app.service"];
  assert.deepEqual(unit?.credentials, { password: secret("initial-user/password") });
  assert.deepEqual(unit.restartOn, ["/etc/app/a", "/etc/app/key"]);
  assert.deepEqual(system.ports, { "tcp/8001": { owner: "app" } });
  assert.equal(system.files["/etc/app/key"]?.place, "copy");
});

test("a step ends, and counts as there from then on", () => {
  const lines = linesOf(run({ kind: "step" }).system, "app.service");
  assert.ok(lines.includes("Type=oneshot") && lines.includes("RemainAfterExit=yes"));
  assert.ok(!lines.some((line) => line.startsWith("Restart=")));
});

test("the policy's memory and trust hold for every service", () => {
  const trust = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const { system } = run({ memory: 64 }, { memory: { "app-server": 128 }, trust });
  const lines = linesOf(system, "app.service");
  assert.ok(lines.includes("MemoryMax=128M") && lines.includes(`Requires=${trustStoreUnit}`), lines.join("\n"));
  assert.ok(system.units[trustStoreUnit]);
});

test("secrets reach neither command line nor variables", () => {
  const accepts = (more: object): boolean => service.request.safeParse({ ...request, ...more }).success;
  assert.ok(!accepts({ command: ["/usr/bin/app", secret("app/key")] }));
  assert.ok(!accepts({ environment: { KEY: secret("app/key") } }));
  assert.ok(!accepts({ before: [["/bin/sh", secret("app/key")]] }));
  assert.ok(!accepts({ user: "a b" }) && !accepts({ unit: "app" }) && !accepts({ packages: [] }));
});
