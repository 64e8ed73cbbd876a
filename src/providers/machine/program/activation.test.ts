import assert from "node:assert/strict";
import { existsSync, lstatSync, mkdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../../model/failure.ts";
import { secret, text } from "../../../model/reference.ts";
import { buildGeneration, type Generation } from "../../../system/generation.ts";
import { System, type SystemInput } from "../../../system/system.ts";
import { type Activated, activateGeneration, confirmGeneration, returnToGeneration } from "../activate-generation.ts";
import type { MachineProviderOptions } from "../options.ts";
import type { ActivationContext } from "../stage-generation.ts";
import { type RootlessMachine, rootlessMachine } from "../testing/rootless-machine.ts";

const options: MachineProviderOptions = {
  cache: "/nowhere",
  acceptNewHostKeys: false,
  holder: { id: "holder", name: "root@deployer" },
};

function contextOf(deployment: string): ActivationContext {
  return {
    component: "machine/a",
    deployment,
    progress: () => undefined,
    secrets: { reveal: (name) => Promise.resolve(`value of ${name}`), revision: () => "1" },
    signal: new AbortController().signal,
  };
}
const context = contextOf("example.org");

/** A system whose paths are below the machine's folder. */
function generation({ folder }: RootlessMachine, input: SystemInput): Generation {
  const below = <T>(record: { readonly [path: string]: T } | undefined): Record<string, T> =>
    Object.fromEntries(Object.entries(record ?? {}).map(([path, value]) => [`${folder}${path}`, value]));
  return buildGeneration(
    System.parse({ ...input, files: below(input.files), directories: below(input.directories) }),
    () => "1",
  );
}

const web = (command: string): SystemInput["units"] => ({
  "web.service": { sections: { Service: { ExecStart: [command] } } },
});

async function apply(machine: RootlessMachine, input: SystemInput): Promise<Activated> {
  const activated = await activateGeneration(options, machine, context, { generation: generation(machine, input) });
  if (!activated.same) await confirmGeneration(machine, context, activated);
  return activated;
}

function coded(code: string, found = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code, JSON.stringify(error.report));
    assert.match(error.report.found, found);
    return true;
  };
}

const base = "var/lib/fediversity";

test("a system comes, stays, changes and goes back, and goes without a trace but data", async (t) => {
  const machine = rootlessMachine(t);
  mkdirSync(join(machine.folder, "etc/app"));
  machine.write("etc/app/motd", "Debian's\n");
  const first: SystemInput = {
    files: { "/etc/app/motd": { content: "ours\n" }, "/srv/a/b/key": { content: text`${secret("a/key")}` } },
    directories: { "/srv/data": { data: "pages of a" } },
    units: web("/bin/one"),
  };
  assert.equal((await apply(machine, first)).number, 1);
  assert.equal(machine.read("etc/app/motd"), "ours\n");
  assert.equal(machine.read("srv/a/b/key"), "value of a/key");
  assert.equal(readlinkSync(join(machine.folder, base, "current")), "generations/1");
  assert.equal(machine.read("state/web.service"), "active\n");
  assert.deepEqual(machine.list("timers"), []);
  assert.ok(!existsSync(join(machine.folder, base, "pending")));
  assert.deepEqual([(await apply(machine, first)).same, machine.list(`${base}/generations`)], [true, ["0", "1"]]);

  machine.write("systemctl.log", "");
  await apply(machine, { ...first, files: { "/etc/app/motd": { content: "second\n", mode: "0600" } }, units: {} });
  assert.equal(machine.read("etc/app/motd"), "second\n");
  assert.equal(existsSync(join(machine.folder, "srv/a")), false);
  assert.match(machine.read("systemctl.log"), /^stop -- web\.service$/m);

  const back = await returnToGeneration(options, machine, context, { goal: "previous" });
  await confirmGeneration(machine, context, back);
  assert.equal(back.number, 1);
  assert.equal(machine.read("etc/app/motd"), "ours\n");
  assert.equal(machine.read("state/web.service"), "active\n");

  machine.write("srv/data/page", "hello\n");
  const nothing = await activateGeneration(options, machine, context, { generation: generation(machine, {}) });
  await confirmGeneration(machine, context, nothing, true);
  assert.equal(machine.read("etc/app/motd"), "Debian's\n");
  assert.equal(machine.read("srv/data/page"), "hello\n");
  assert.deepEqual(machine.list("srv"), ["data"]);
  assert.deepEqual(machine.list("etc/systemd/system"), []);
  assert.deepEqual(machine.list(base), ["data", "deployment", "lock"]);
  assert.ok(!existsSync(join(machine.folder, "units")));
});

test("an unhealthy generation goes back, keeps its account, and leaves what was there", async (t) => {
  const machine = rootlessMachine(t);
  await apply(machine, { files: { "/etc/a": { content: "one\n" } }, units: web("/bin/one") });
  await assert.rejects(
    apply(machine, { files: { "/etc/a": { content: "two\n" }, "/etc/b": { content: "" } }, units: web("/bin/false") }),
    coded("rolled-back", /unit web\.service is failed-exit-code\. The machine went back to generation 1/),
  );
  assert.equal(machine.read("etc/a"), "one\n");
  assert.ok(!existsSync(join(machine.folder, "etc/b")));
  assert.equal(machine.read("state/web.service"), "active\n");
  assert.equal(machine.read(`${base}/generations/2/verdict`), "failed\n");
  assert.match(machine.read(`${base}/log/2`), /detail web\.service: journal of web\.service/);
  assert.deepEqual(machine.list("timers"), []);
  await assert.rejects(
    apply(machine, { units: { "x.service": { sections: { Service: { Invalid: "yes" } } } } }),
    coded("unit-invalid", /x\.service/),
  );
  assert.equal(readlinkSync(join(machine.folder, base, "current")), "generations/1");
});

test("nobody confirms: the timer goes back, and a confirmation that comes too late is told so", async (t) => {
  const machine = rootlessMachine(t);
  await apply(machine, { files: { "/etc/a": { content: "one\n" } } });
  const next = generation(machine, { files: { "/etc/a": { content: "two\n" } } });
  const activated = await activateGeneration(options, machine, context, { generation: next });
  assert.equal(machine.read("etc/a"), "two\n");
  assert.deepEqual(machine.list("timers"), ["fediversity-confirm.timer"]);
  await activated.confirming?.close();

  // Another deployer sees who is at it; the same one only has to confirm.
  const other = { ...options, holder: { id: "other", name: "root@other" } };
  await assert.rejects(
    activateGeneration(other, machine, context, { generation: next }),
    coded("locked", /root@deployer \(generation 2, awaiting\)/),
  );
  const resumed = await activateGeneration(options, machine, context, { generation: next });
  assert.deepEqual(resumed, { number: 2, same: false });

  assert.equal((await machine.elapse("fediversity-confirm")).code, 0);
  assert.equal(machine.read("etc/a"), "one\n");
  await assert.rejects(confirmGeneration(machine, context, resumed), coded("rolled-back", /generation 1 is in force/));
  assert.equal(machine.read(`${base}/generations/2/reason`), "unconfirmed\n");
});

test("a reboot in the middle of a change: the guard puts the last confirmed generation back", async (t) => {
  const machine = rootlessMachine(t);
  await apply(machine, { files: { "/etc/a": { content: "one\n" } }, units: web("/bin/one") });
  const guard = join(machine.folder, "etc/systemd/system/basic.target.wants/fediversity-guard.service");
  assert.ok(statSync(guard).isFile());
  const next = generation(machine, { files: { "/etc/b": { content: "two\n" } } });
  const activated = await activateGeneration(options, machine, context, { generation: next });
  await activated.confirming?.close();
  const program = join(machine.folder, base, "program.sh");
  // In the same boot, the guard has nothing to do.
  assert.equal((await machine.run('/bin/sh "$1" boot', program)).code, 0);
  assert.equal(machine.read("etc/b"), "two\n");
  const lines = machine.read(`${base}/pending`).split("\n");
  machine.write(`${base}/pending`, lines.with(4, "another-boot").join("\n"));
  const booted = await machine.run('/bin/sh "$1" boot', program);
  assert.deepEqual([booted.code, booted.stderr], [0, ""]);
  assert.equal(machine.read("etc/a"), "one\n");
  assert.ok(!existsSync(join(machine.folder, "etc/b")));
  assert.ok(!existsSync(join(machine.folder, base, "pending")));
  assert.equal(machine.read(`${base}/generations/2/reason`), "rebooted\n");
});

test("a machine belongs to one deployment, and one deployer at a time works on it", async (t) => {
  const machine = rootlessMachine(t);
  const wanted = generation(machine, { files: { "/etc/a": { content: "one\n" } } });
  const hold = { confirmSeconds: 60, generation: wanted };
  // This session asks and then waits, as one whose connection broke without anybody noticing.
  const silent = machine.open("activate a generation");
  const manifest = Buffer.from(wanted.manifest);
  silent.send("stage", "example.org", "holder", "root@deployer", wanted.id, manifest.length, 0, 60);
  await silent.write(manifest);
  for (let line = await silent.line(); line !== "ready"; line = await silent.line());
  const other = { ...options, holder: { id: "other", name: "root@other" } };
  await assert.rejects(activateGeneration(other, machine, context, hold), coded("locked", /root@deployer, since /));
  const activated = await activateGeneration(options, machine, context, hold);
  await confirmGeneration(machine, context, activated);
  await assert.rejects(silent.line(), Failure);
  await assert.rejects(
    activateGeneration(options, machine, contextOf("other.example"), hold),
    coded("owned", /example\.org/),
  );
});

test("modes follow the generation where the content stays, in links and in copies", async (t) => {
  const machine = rootlessMachine(t);
  const files = (mode: string): SystemInput["files"] => ({
    "/etc/link": { content: "same\n", mode },
    "/etc/copy": { content: "same\n", mode, place: "copy" },
  });
  const modes = (): readonly string[] =>
    ["etc/link", "etc/copy"].map((path) => (statSync(join(machine.folder, path)).mode & 0o777).toString(8));
  await apply(machine, { files: files("0600") });
  assert.deepEqual(modes(), ["600", "600"]);
  await apply(machine, { files: files("0644") });
  assert.deepEqual(modes(), ["644", "644"]);
  await apply(machine, { files: files("0750") });
  assert.deepEqual(modes(), ["750", "750"]);
});

test("nothing secret can be read by others while it waits on the machine, nor hashes of it", async (t) => {
  const machine = rootlessMachine(t);
  const next = generation(machine, { files: { "/etc/key": { content: text`${secret("a/key")}` } } });
  const activated = await activateGeneration(options, machine, context, { generation: next });
  const found = await machine.run(
    'find "$base" -type f -perm /077 -print0 | xargs -0 grep -lE "value of|$(printf "value of a/key" | sha256sum | cut -c 1-64)"',
  );
  assert.equal(found.stdout, "");
  await activated.confirming?.close();
});

test("what is edited by hand is put right by the next apply, and its readers start anew", async (t) => {
  const machine = rootlessMachine(t);
  const path = `${machine.folder}/etc/web.conf`;
  const system: SystemInput = { files: { "/etc/web.conf": { content: "one\n" } }, units: web(`/bin/web ${path}`) };
  await apply(machine, system);
  machine.write("etc/web.conf", "edited\n");
  machine.write("systemctl.log", "");
  assert.deepEqual(await apply(machine, system).then(({ number, same }) => [number, same]), [2, false]);
  assert.equal(machine.read("etc/web.conf"), "one\n");
  assert.match(machine.read("systemctl.log"), /^try-restart -- web\.service$/m);
  assert.ok(lstatSync(path).isSymbolicLink());
});
