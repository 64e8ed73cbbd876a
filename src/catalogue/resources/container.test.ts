import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { z } from "zod";
import { output, secret, text } from "../../model/reference.ts";
import { buildGeneration } from "../../system/generation.ts";
import { unitActions } from "../../system/unit-actions.ts";
import { contentOf, failureOf, fulfilled, linesOf } from "../testing/fulfilled.ts";
import { container } from "./container.ts";
import { trustStoreBundle, trustStoreUnit } from "./trust-store.ts";

const image = "ghcr.io/example/app:v1.2";
const folder = "/etc/fediversity/containers/app-web";

function run(more: Partial<z.input<typeof container.request>> = {}, policy: z.input<typeof container.policy> = {}) {
  const request = { description: "App", image, ...more };
  return fulfilled(container, policy, [{ name: "web", request }]);
}

const quadlet = (...args: Parameters<typeof run>): readonly string[] =>
  linesOf(run(...args).system, "app-web.container");

test("a container is a quadlet that may do next to nothing", () => {
  const { bindings, system } = run();
  assert.deepEqual(bindings, [{ unit: "app-web.service" }]);
  assert.deepEqual(linesOf(system, "app-web.container"), [
    "[Unit]",
    "After=network-online.target",
    "Description=App",
    "Wants=network-online.target",
    "[Container]",
    "ContainerName=app-web",
    "DropCapability=all",
    `EnvironmentFile=${folder}/environment`,
    `Image=${image}`,
    "LogDriver=journald",
    "Network=host",
    "NoNewPrivileges=yes",
    "ReadOnly=yes",
    "StopTimeout=30",
    "[Service]",
    "Restart=always",
    "RestartSec=2",
    "TimeoutStartSec=300",
    "TimeoutStopSec=40",
  ]);
  assert.deepEqual(system.images, { [image]: { from: "deployer" } });
  assert.deepEqual(
    [contentOf(system, `${folder}/environment`), system.files[`${folder}/environment`]?.mode],
    ["", "0600"],
  );
});

test("what it asks for beyond that is there, and no more", () => {
  const lines = quadlet({
    user: "991:33",
    entrypoint: "/bin/sh",
    command: ["-c", 'echo "a b" $HOME %n'],
    directories: { "/data": { path: "/srv/fediversity/app/data" }, "/etc/a": { path: "/etc/a", readOnly: true } },
    hosts: [text`s3.example.org:${output("machine/garage", "address")}`, "a.example.org:203.0.113.9"],
    memoryFolders: ["/tmp"],
    capabilities: ["CAP_CHOWN"],
    writableRoot: true,
    memory: 512,
    stopSeconds: 60,
    after: ["postgresql-databases.service"],
  });
  for (const line of [
    "User=991",
    "Group=33",
    "Entrypoint=/bin/sh",
    "Volume=/srv/fediversity/app/data:/data",
    "Volume=/etc/a:/etc/a:ro",
    "AddHost=s3.example.org:{machine/garage address}",
    "AddHost=a.example.org:203.0.113.9",
    "AddCapability=CAP_CHOWN",
    "ReadOnly=no",
    "MemoryMax=512M",
    "StopTimeout=60",
    "TimeoutStopSec=70",
    "After=postgresql-databases.service",
    "Requires=postgresql-databases.service",
  ]) {
    assert.ok(lines.includes(line), line);
  }
  assert.equal(lines.filter((line) => line.startsWith("AddHost=")).length, 2);
  const none = quadlet({ hosts: [""] }).filter((line) => /^AddHost=./.test(line));
  assert.deepEqual(none, [], "where a binding gives no address DNS answers");
  assert.ok(lines.some((line) => line.startsWith("Tmpfs=/tmp")));
  const exec = lines.find((line) => line.startsWith("Exec=")) ?? "";
  assert.ok(exec.includes("$$HOME") && exec.includes("%%n"), `nothing is expanded on the way: ${exec}`);
});

test("a step runs once, a task when a timer says so", () => {
  const step = quadlet({ kind: "step", startSeconds: 60, mark: "/srv/fediversity/app/done" });
  for (const line of [
    "Type=oneshot",
    "RemainAfterExit=yes",
    "TimeoutStartSec=60",
    "ConditionPathExists=!/srv/fediversity/app/done",
    "ExecStartPost=/usr/bin/touch /srv/fediversity/app/done",
  ]) {
    assert.ok(step.includes(line), line);
  }
  assert.ok(!step.includes("Restart=always"));
  const task = run({ kind: "task" }).system;
  assert.equal(task.quadlets["app-web.container"]?.enabled, false);
  assert.ok(!linesOf(task, "app-web.container").includes("RemainAfterExit=yes"));
});

test("the policy says who fetches images, how much memory there is, and whom to trust", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
  const policy = { pull: "machine", memory: { "app-web": 64, "app-other": 8192 }, trust: pem } as const;
  const { system } = run({ memory: 512, environment: { A: "b" } }, policy);
  const lines = linesOf(system, "app-web.container");
  assert.deepEqual(system.images, { [image]: { from: "machine" } });
  assert.ok(lines.includes("MemoryMax=64M"));
  assert.ok(lines.includes(`Volume=${trustStoreBundle}:/etc/ssl/certs/ca-certificates.crt:ro`));
  assert.ok(lines.includes(`Requires=${trustStoreUnit}`) && lines.includes(`After=${trustStoreUnit}`));
  assert.equal(
    contentOf(system, `${folder}/environment`),
    "A=b\nNODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt\n",
  );
  assert.ok(system.units[trustStoreUnit]);
});

test("files come with their owner; one with a secret is for that owner alone", () => {
  const { system } = run({
    files: {
      "/config/a.json": { content: "{}\n" },
      "/config/key": { content: text`${secret("app/key")}`, owner: "33", restarts: false },
      "/config/other": { content: text`${secret("app/key")}`, owner: "33", mode: "0600" },
    },
  });
  const described = Object.entries(system.files).map(
    ([path, { mode, owner, group }]) => `${path} ${mode ?? ""} ${owner} ${group}`,
  );
  assert.deepEqual(described, [
    `${folder}/config/a.json 0644 0 0`,
    `${folder}/config/key 0400 33 33`,
    `${folder}/config/other 0600 33 33`,
    `${folder}/environment 0600 root root`,
  ]);
  const lines = linesOf(system, "app-web.container");
  assert.ok(lines.includes(`Volume=${folder}/config/key:/config/key:ro`));
  assert.deepEqual(system.quadlets["app-web.container"]?.restartOn, [
    `${folder}/config/a.json`,
    `${folder}/config/other`,
  ]);
});

test("a file that restarts nothing does so although the quadlet names it", () => {
  const restarted = (file: "a" | "b"): readonly string[] => {
    const built = (changed: string): ReturnType<typeof buildGeneration> => {
      const contentIn = (name: string): string => (name === file ? changed : "same");
      const files = {
        "/config/a": { content: contentIn("a") },
        "/config/b": { content: contentIn("b"), restarts: false },
      };
      const digest = `sha256:${"a".repeat(64)}`;
      return buildGeneration(
        run({ files }).system,
        () => "1",
        () => digest,
      );
    };
    return unitActions(built("old").units, built("new").units).map(({ verb, unit }) => `${verb} ${unit}`);
  };
  assert.deepEqual([restarted("a"), restarted("b")], [["restart app-web.service"], []]);
});

test("backends come first; when they are started anew or fail, it goes on running", () => {
  const lines = quadlet({ backends: ["postgresql-databases.service"], after: ["app-migrate.service"] });
  assert.deepEqual(
    lines.filter((line) => /^(?:After|Wants|Requires)=/.test(line)),
    [
      ...["After=network-online.target", "After=postgresql-databases.service", "After=app-migrate.service"],
      ...["Requires=app-migrate.service", "Wants=network-online.target", "Wants=postgresql-databases.service"],
    ],
  );
  assert.ok(!quadlet({ backends: ["a.service"] }).some((line) => line.startsWith("Requires=")));
});

test("closed ports let this machine in alone, each by a filter of its own", () => {
  const { system } = run({ ports: [8080, 9090, 9091], closedPorts: [8080, 9090] });
  assert.deepEqual(system.ports, {
    "tcp/8080": { owner: "app-web" },
    "tcp/9090": { owner: "app-web" },
    "tcp/9091": { owner: "app-web" },
  });
  const filters = "/etc/fediversity/restricted-ports";
  assert.deepEqual(
    Object.keys(system.files).filter((path) => path.startsWith(filters)),
    [`${filters}/app-web-8080.nft`, `${filters}/app-web-9090.nft`],
  );
  for (const port of ["8080", "9090"]) {
    const rules = contentOf(system, `${filters}/app-web-${port}.nft`);
    assert.match(rules, new RegExp(`tcp dport ${port} reject`));
    assert.match(rules, new RegExp(`^delete table inet restrict_app_web_${port}$`, "m"), "none replaces another's");
  }
});

test("a generation names the image by its content, and never fetches another", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const { files, images } = buildGeneration(
    run().system,
    () => "1",
    () => digest,
  );
  const name = `${image}-sha256-${"a".repeat(64)}`;
  assert.deepEqual(images, [{ image, digest, name, from: "deployer" }]);
  const content = files.find(({ path }) => path === "quadlets/app-web.container")?.content;
  assert.match(String(content), new RegExp(`^Image=${name}\\n(?:.*\\n)*Pull=never$`, "m"));
});

test("a variable arrives as it is, whatever is in it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (value) => {
      if (/[\u0000-\u001f\u007f]/.test(value)) {
        assert.equal(failureOf(() => run({ environment: { TITLE: value } })).code, "variable-invalid");
      } else {
        assert.equal(
          contentOf(run({ environment: { TITLE: value } }).system, `${folder}/environment`),
          `TITLE=${value}\n`,
        );
      }
    }),
  );
  const hostile = `"a" 'b' $HOME \`id\` # -- \u202e %n \\n ${"x".repeat(10_000)}`;
  assert.equal(contentOf(run({ environment: { A: hostile } }).system, `${folder}/environment`), `A=${hostile}\n`);
});

test("a line break in a variable is refused by name", () => {
  assert.deepEqual(
    failureOf(() => run({ environment: { A: "a", TITLE: "a\nADMIN=true" } })),
    {
      code: "variable-invalid",
      attempted: "write the variables of a container",
      subject: "container app-web, variable TITLE",
      found: "the value holds a line break or another control character, which a variable cannot carry",
      next: "Remove it from the option that this value comes from.",
    },
  );
  const around = text`a\nADMIN=true${secret("app/key")}`;
  const refused = failureOf(() => run({ environment: { TITLE: around } }));
  assert.equal(refused.subject, "container app-web, variable TITLE", "also beside a reference");
  const beside = run({ environment: { TITLE: text`a ${secret("app/key")} b` } }).system;
  assert.equal(contentOf(beside, `${folder}/environment`), "TITLE=a {secret app/key} b\n");
});

test("variables have names, images have tags, and secrets stay off command lines", () => {
  const accepts = (more: object): boolean =>
    container.request.safeParse({ description: "App", image, ...more }).success;
  for (const name of ["1A", "A B", "A=B", "", "A\n"]) assert.ok(!accepts({ environment: { [name]: "x" } }), name);
  for (const other of [
    "app",
    "app:v1",
    "example.net/app",
    "example.net/app:",
    "example.net/App:v1",
    `${image}@sha256:a`,
  ]) {
    assert.ok(!accepts({ image: other }), other);
  }
  for (const more of [
    { command: [secret("app/key")] },
    { mark: secret("app/key") },
    { directories: { "/a": { path: text`/${secret("app/key")}` } } },
    { hosts: [secret("app/key")] },
    { backends: [secret("app/key")] },
  ]) {
    assert.ok(!accepts(more), JSON.stringify(more));
  }
});
