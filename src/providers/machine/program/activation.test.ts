import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { Failure } from "../../../model/failure.ts";
import { secret, text } from "../../../model/reference.ts";
import { buildGeneration, type Generation } from "../../../system/generation.ts";
import { System, type SystemInput } from "../../../system/system.ts";
import { type Activated, activateGeneration, confirmGeneration, returnToGeneration } from "../activate-generation.ts";
import type { MachineProviderOptions } from "../options.ts";
import { machineProvider } from "../provider.ts";
import type { ActivationContext } from "../stage-generation.ts";
import { type RootlessMachine, rootlessMachine } from "../testing/rootless-machine.ts";

const options: MachineProviderOptions = {
  cache: "/nowhere",
  acceptNewHostKeys: false,
  imageCache: "/nonexistent",
  imageLock: "/nonexistent/images.json",
  holder: { id: "holder", name: "root@deployer" },
};
const other: MachineProviderOptions = { ...options, holder: { id: "other", name: "root@other" } };

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
const base = "var/lib/fediversity";
const connection = { address: "192.0.2.7", port: 22, user: "root", hostKeys: ["ssh-ed25519 AAAA"] };

/** A system whose paths are below the machine's folder. */
function generation({ folder }: RootlessMachine, input: SystemInput): Generation {
  const below = <T>(record: { readonly [path: string]: T } | undefined): Record<string, T> =>
    Object.fromEntries(Object.entries(record ?? {}).map(([path, value]) => [`${folder}${path}`, value]));
  const system = { ...input, files: below(input.files), directories: below(input.directories) };
  return buildGeneration(System.parse(system), () => "1");
}

const web = (...command: readonly string[]): SystemInput["units"] => ({
  "web.service": { sections: { Service: { ExecStart: [...command] } } },
});

async function activate(machine: RootlessMachine, input: SystemInput): Promise<Activated> {
  return await activateGeneration(options, machine, context, { generation: generation(machine, input) });
}

async function apply(machine: RootlessMachine, input: SystemInput): Promise<Activated> {
  const activated = await activate(machine, input);
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

const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");

const mode = ({ folder }: RootlessMachine, path: string): string =>
  (statSync(join(folder, path)).mode & 0o777).toString(8);

// Most of the time here is spent waiting for other processes.
suite("the machine's program, from one generation to the next", { concurrency: true }, () => {
  test("a step that was over runs again when it changes, and only then", async (t) => {
    const machine = rootlessMachine(t);
    const step = (description: string): SystemInput => ({
      units: {
        "step.service": {
          sections: { Unit: { Description: description }, Service: { Type: "oneshot", ExecStart: ["/bin/step"] } },
        },
        ...web("/bin/web", description),
      },
    });
    await apply(machine, step("one"));
    // As after a boot at which its condition did not hold, or when what it needs was stopped.
    machine.write("state/step.service", "inactive\n");
    await apply(machine, { ...step("one"), files: { "/etc/app/other": { content: "x" } } });
    assert.equal(machine.read("state/step.service"), "inactive\n");
    await apply(machine, step("two"));
    assert.equal(machine.read("state/step.service"), "active\n");
  });

  test("a system comes, stays, changes, goes back, and goes without a trace but data", async (t) => {
    const machine = rootlessMachine(t);
    const { folder } = machine;
    mkdirSync(join(folder, "etc/app"));
    machine.write("etc/app/motd", "Debian's\n");
    const first = {
      files: {
        "/etc/app/motd": { content: "ours\n" },
        "/etc/app/link": { content: "same\n", mode: "0600" },
        "/etc/app/copy": { content: "same\n", mode: "0600", place: "copy" },
        "/srv/x/y/key": { content: text`${secret("a/key")}` },
      },
      directories: { "/srv/a": {}, "/srv/a/media": { data: "media of a" }, "/srv/b": {} },
      units: { ...web("/bin/web", `${folder}/etc/app/motd`), "job.service": { sections: {} } },
    } satisfies SystemInput;
    const activated = await activate(machine, first);
    const secrets = 'grep -lE "value of|$(printf "value of a/key" | sha256sum | cut -c 1-64)"';
    const readable = await machine.run(`find "$base" -type f -perm /077 -print0 | xargs -0 ${secrets}`);
    assert.equal(readable.stdout, "", "nothing secret can be read by others, nor a hash of it");
    await confirmGeneration(machine, context, activated);
    assert.equal(machine.read("etc/app/motd"), "ours\n");
    assert.equal(machine.read("srv/x/y/key"), "value of a/key");
    assert.deepEqual([mode(machine, "etc/app/link"), mode(machine, "etc/app/copy")], ["600", "600"]);
    assert.equal(readlinkSync(join(folder, base, "current")), "generations/1");
    assert.equal(machine.read("state/web.service"), "active\n");
    assert.deepEqual(machine.list("timers"), []);
    assert.ok(!existsSync(join(folder, base, "pending")));
    assert.deepEqual([(await apply(machine, first)).same, machine.list(`${base}/generations`)], [true, ["0", "1"]]);

    machine.write("etc/app/motd", "edited by hand\n");
    machine.write("srv/a/media/picture", "precious");
    machine.write("srv/b/cache", "not so");
    machine.write("systemctl.log", "");
    const second = {
      files: {
        "/etc/app/motd": { content: "ours\n" },
        "/etc/app/link": { content: "same\n", mode: "0644" },
        "/etc/app/copy": { content: "same\n", mode: "0644", place: "copy" },
      },
      units: web("/bin/web", `${folder}/etc/app/motd`),
    } satisfies SystemInput;
    assert.equal((await apply(machine, second)).number, 2);
    assert.equal(machine.read("etc/app/motd"), "ours\n", "what was edited by hand is put right");
    assert.match(machine.read("systemctl.log"), /^try-restart -- web\.service$/m, "and what reads it starts anew");
    assert.ok(lstatSync(join(folder, "etc/app/motd")).isSymbolicLink());
    assert.deepEqual([mode(machine, "etc/app/link"), mode(machine, "etc/app/copy")], ["644", "644"]);
    assert.deepEqual(machine.list("srv"), ["a"], "folders go with their declaration, unless data lies in them");
    assert.match(machine.read("systemctl.log"), /^stop -- job\.service$/m);

    const previous = returnToGeneration(options, machine, context, { goal: "previous" });
    await assert.rejects(previous, coded("generation-damaged", /generation 1 were edited/));
    machine.write(`${base}/generations/1/files${folder}/etc/app/motd`, "ours\n");
    const back = await returnToGeneration(options, machine, context, { goal: "previous" });
    assert.equal(back.number, 1);
    await confirmGeneration(machine, context, back);
    assert.equal(machine.read("srv/x/y/key"), "value of a/key");
    assert.equal(machine.read("state/job.service"), "active\n");

    await confirmGeneration(machine, context, await activate(machine, {}), true);
    assert.equal(machine.read("etc/app/motd"), "Debian's\n");
    assert.equal(machine.read("srv/a/media/picture"), "precious");
    assert.deepEqual(machine.list("etc/app"), ["motd"]);
    assert.deepEqual(machine.list("etc/systemd/system"), []);
    assert.deepEqual(machine.list(base), ["data", "deployment", "lock", "made-directories"]);
    assert.ok(!existsSync(join(folder, "units")));
  });

  test("a generation that was confirmed stays so when returning to it fails", async (t) => {
    const machine = rootlessMachine(t);
    const one = { files: { "/etc/app/a": { content: "one\n" } }, units: web("/bin/web") } satisfies SystemInput;
    await apply(machine, one);
    await apply(machine, { files: { "/etc/app/a": { content: "two\n" } }, units: web("/bin/web", "two") });
    const program = "ExecStart=/bin/web";
    const unit = `${base}/generations/1/units/web.service`;
    const sums = `${base}/generations/1/sums`;
    // As when its program has gone since.
    const before = machine.read(unit);
    assert.ok(before.includes(program));
    machine.write(unit, before.replace(program, "ExecStart=/bin/false"));
    machine.write(sums, machine.read(sums).replace(sha256(before), sha256(machine.read(unit))));
    await assert.rejects(
      returnToGeneration(options, machine, context, { goal: "previous" }),
      coded("rolled-back", /web/),
    );
    assert.equal(machine.read("etc/app/a"), "two\n");
    assert.equal(machine.read(`${base}/generations/1/verdict`), "confirmed\n");
    assert.equal(machine.read(`${base}/generations/1/reason`), "unhealthy\n");
  });

  test("an unhealthy generation goes back and says why; a machine with no other is given back wholly", async (t) => {
    const machine = rootlessMachine(t);
    mkdirSync(join(machine.folder, "etc/app"));
    machine.write("etc/app/a", "Debian's\n");
    const broken = { files: { "/etc/app/a": { content: "one\n" } }, units: web("/bin/false") } satisfies SystemInput;
    await assert.rejects(
      apply(machine, broken),
      coded("rolled-back", /unit web\.service is failed-exit-code\. The machine went back to generation 0/),
    );
    assert.equal(machine.read("etc/app/a"), "Debian's\n");
    assert.equal(machine.read(`${base}/generations/1/verdict`), "failed\n");
    assert.match(machine.read(`${base}/log/1`), /detail web\.service: journal of web\.service/);
    const end = machine.read(`${base}/log/1`).trimEnd().split("\n").at(-1);
    assert.equal(end, "end rolled-back 1 0 unhealthy", "the empty generation has no target, and that breaks nothing");
    assert.deepEqual(machine.list("timers"), []);
    const invalid = { units: { "x.service": { sections: { Service: { Invalid: "yes" } } } } };
    await assert.rejects(apply(machine, invalid), coded("unit-invalid", /x\.service/));
    assert.equal(readlinkSync(join(machine.folder, base, "current")), "generations/0");

    const provider = machineProvider({ ...options, connectPrefix: machine.connectPrefix });
    const prior = { inputs: { connection, system: {} }, status: "creating" } as const;
    const rouse = (): Promise<boolean> => Promise.resolve(true);
    await provider.delete({ ...context, prior, rouse, remember: () => Promise.resolve() });
    assert.deepEqual(machine.list("var/lib"), []);
    assert.deepEqual(machine.list("etc/systemd/system"), []);
  });

  test("nobody confirms: others see who is at it, the timer goes back, a late confirmation is told so", async (t) => {
    const machine = rootlessMachine(t);
    const wanted = { files: { "/etc/a": { content: "one\n" } } };
    await (await activate(machine, wanted)).confirming?.close();
    assert.equal(machine.read("etc/a"), "one\n");
    assert.deepEqual(machine.list("timers"), ["fediversity-confirm.timer"]);
    await assert.rejects(
      activateGeneration(other, machine, context, { generation: generation(machine, wanted) }),
      coded("locked", /root@deployer \(generation 1, awaiting\)/),
    );
    machine.write(`${base}/data`, `${machine.folder}/srv/media media\n`);
    const purge = machineProvider({ ...options, connectPrefix: machine.connectPrefix }).purge?.(
      {
        ...context,
        prior: { inputs: { connection }, status: "present" },
        rouse: () => Promise.resolve(true),
        remember: () => Promise.resolve(),
      },
      { dryRun: false },
    );
    await assert.rejects(
      purge ?? Promise.resolve(),
      coded("locked", /generation 1, awaiting/),
      "it may go back to data",
    );
    const resumed = await activate(machine, wanted);
    assert.deepEqual(resumed, { number: 1, same: false }, "the same deployer only has to confirm");
    assert.equal((await machine.elapse("fediversity-confirm")).code, 0);
    assert.ok(!existsSync(join(machine.folder, "etc/a")));
    await assert.rejects(
      confirmGeneration(machine, context, resumed),
      coded("rolled-back", /generation 0 is in force/),
    );
    assert.equal(machine.read(`${base}/generations/1/reason`), "unconfirmed\n");
  });

  test("a reboot in the middle of a change: the guard puts the generation before it back", async (t) => {
    const machine = rootlessMachine(t);
    await (await activate(machine, { files: { "/etc/a": { content: "one\n" } } })).confirming?.close();
    assert.ok(
      statSync(join(machine.folder, "etc/systemd/system/basic.target.wants/fediversity-guard.service")).isFile(),
    );
    const boot = 'exec /bin/sh "$program" boot';
    assert.equal((await machine.run(boot)).code, 0);
    assert.equal(machine.read("etc/a"), "one\n", "in the same boot it has nothing to do");
    const lines = machine.read(`${base}/pending`).split("\n");
    machine.write(`${base}/pending`, lines.with(4, "another-boot").join("\n"));
    const booted = await machine.run(boot);
    assert.deepEqual([booted.code, booted.stderr], [0, ""]);
    assert.ok(!existsSync(join(machine.folder, "etc/a")));
    assert.ok(!existsSync(join(machine.folder, base, "pending")));
    assert.equal(readlinkSync(join(machine.folder, base, "current")), "generations/0");
    assert.equal(machine.read(`${base}/generations/1/reason`), "rebooted\n");
  });

  test("the patience with an activation reckons with the unit that may take longest to start", async (t) => {
    const machine = rootlessMachine(t);
    const longest = async (): Promise<string> => (await machine.run("longest_start 7")).stdout;
    for (const kind of ["units", "quadlets"]) {
      mkdirSync(join(machine.folder, base, "generations/7", kind), { recursive: true });
    }
    assert.equal(await longest(), "0\n");
    machine.write(`${base}/generations/7/units/a.service`, "[Service]\nTimeoutStartSec=300\n");
    machine.write(`${base}/generations/7/units/b.service`, "[Service]\nTimeoutStartSec=infinity\n");
    assert.equal(await longest(), "300\n");
    machine.write(`${base}/generations/7/quadlets/c.container`, "[Service]\nTimeoutStartSec=3600\n");
    assert.equal(await longest(), "3600\n");
  });

  test("one deployer at a time; one whose connection broke unnoticed takes over from itself", async (t) => {
    const machine = rootlessMachine(t);
    const wanted = { generation: generation(machine, { files: { "/etc/a": { content: "one\n" } } }) };
    const manifest = Buffer.from(wanted.generation.manifest);
    const silent = machine.open("activate a generation");
    t.after(() => silent.close());
    silent.send("stage", "example.org", "holder", "root@deployer", wanted.generation.id, manifest.length, 0, 0, 60);
    await silent.write(manifest);
    while ((await silent.line()) !== "ready");
    await assert.rejects(activateGeneration(other, machine, context, wanted), coded("locked", /root@deployer, since /));
    await confirmGeneration(machine, context, await activateGeneration(options, machine, context, wanted));
    await assert.rejects(silent.line(), Failure);
    const foreign = contextOf("other.example");
    await assert.rejects(activateGeneration(options, machine, foreign, wanted), coded("owned", /example\.org/));
  });
});
