import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pinnedName } from "../../../system/image.ts";
import { buildGeneration } from "../../../system/generation.ts";
import { System, type SystemInput } from "../../../system/system.ts";
import { type Activated, activateGeneration, confirmGeneration, returnToGeneration } from "../activate-generation.ts";
import type { ActivationContext } from "../stage-generation.ts";
import { coded } from "../testing/coded.ts";
import { fakeRegistry } from "../testing/fake-skopeo.ts";
import { rootlessMachine } from "../testing/rootless-machine.ts";

const image = "ghcr.io/example/app:v1";
const base = "var/lib/fediversity";

/** A machine, a registry, and what brings systems from the one to the other. */
function prepared(t: TestContext) {
  const machine = rootlessMachine(t);
  const registry = fakeRegistry(t);
  const options = {
    cache: "/nonexistent",
    acceptNewHostKeys: false,
    imageCache: registry.cache,
    imageLock: "/nonexistent/images.json",
    holder: { id: "holder", name: "root@deployer" },
  };
  const phases: string[] = [];
  const context: ActivationContext = {
    component: "machine/a",
    deployment: "example.org",
    progress: (phase) => phases.push(phase),
    secrets: { reveal: () => Promise.resolve(""), revision: () => "1" },
    signal: new AbortController().signal,
  };
  const activate = (input: SystemInput, digest = ""): Promise<Activated> =>
    activateGeneration(options, machine, context, {
      generation: buildGeneration(
        System.parse(input),
        () => "1",
        () => digest,
      ),
    });
  return {
    machine,
    registry,
    phases,
    activate,
    confirm: (activated: Activated, remove = false) => confirmGeneration(machine, context, activated, remove),
    async apply(input: SystemInput, digest = ""): Promise<Activated> {
      const activated = await activate(input, digest);
      if (!activated.same) await confirmGeneration(machine, context, activated);
      return activated;
    },
    back: async (): Promise<void> =>
      confirmGeneration(machine, context, await returnToGeneration(options, machine, context, { goal: "previous" })),
    /** What podman was called with and got since the last call. */
    podman(): readonly string[] {
      if (!existsSync(join(machine.folder, "podman.log"))) return [];
      const lines = machine.read("podman.log").trimEnd().split("\n");
      machine.write("podman.log", "");
      return lines
        .filter((line) => line !== "")
        .map((line) => line.replaceAll(/[0-9a-f]{64}/g, (hex) => hex.slice(0, 4)));
    },
  };
}

const short = (text: string): string => text.replaceAll(/[0-9a-f]{64}/g, (hex) => hex.slice(0, 4));
const from = (source: "deployer" | "machine"): SystemInput => ({ images: { [image]: { from: source } } });

test("images come with a system, new versions by their new layers, and go when nothing needs them", async (t) => {
  const { machine, registry, activate, apply, confirm, back, podman } = prepared(t);
  const source = `oci:${machine.folder}/${base}/staging/images`;
  const versions = ["one", "two", "three"].map((own) => registry.push(image, ["base", own]).digest);
  const [one = "", two = "", three = ""] = versions;
  const names = versions.map((digest) => pinnedName(image, digest));
  assert.equal((await apply(from("deployer"), one)).number, 1);
  const first = podman();
  assert.equal(first[0], `pull --quiet ${short(`${source}:${names[0] ?? ""}`)}`);
  assert.deepEqual(first.filter((line) => /^received (?:base|one|two)$/.test(line)).toSorted(), [
    "received base",
    "received one",
  ]);
  assert.match(first.at(-1) ?? "", new RegExp(`^tag [0-9a-f]{4} ${short(names[0] ?? "")}$`));
  assert.equal(machine.read(`${base}/images-added`), `${names[0] ?? ""}\n`);
  assert.ok(!existsSync(join(machine.folder, base, "staging/images")), "what was sent is not kept twice");

  assert.ok((await apply(from("deployer"), one)).same);
  await apply({ ...from("deployer"), directories: { [`${machine.folder}/srv`]: {} } }, one);
  assert.deepEqual(podman(), [], "an image that is there is neither sent nor pulled again");

  await apply(from("deployer"), two);
  const second = podman().filter((line) => /^received (?:base|one|two)$/.test(line));
  assert.deepEqual(second, ["received two"], "the machine has the other layer");
  await back();
  assert.deepEqual(podman(), [`rmi ${short(names[1] ?? "")}`], "that of the generation before was still there");

  await apply(from("deployer"), two);
  await apply(from("deployer"), three);
  const third = podman();
  assert.ok(third.includes(`rmi ${short(names[0] ?? "")}`), third.join("\n"));
  assert.ok(!third.includes(`rmi ${short(names[1] ?? "")}`), "the way back stays open");
  assert.deepEqual(machine.read(`${base}/images-added`).trimEnd().split("\n"), names.slice(1).toSorted());

  await confirm(await activate({}), true);
  assert.deepEqual(
    podman().toSorted(),
    names
      .slice(1)
      .map((name) => `rmi ${short(name)}`)
      .toSorted(),
  );
  assert.ok(!existsSync(join(machine.folder, base)));
});

test("a machine may fetch for itself: by digest, and the deployer sends nothing", async (t) => {
  const { registry, apply, podman } = prepared(t);
  const { digest } = registry.push(image, ["one"]);
  await apply(from("machine"), digest);
  const [pull, tag, ...more] = podman();
  assert.equal(pull, short(`pull --quiet ghcr.io/example/app@${digest}`));
  assert.match(tag ?? "", new RegExp(`^tag [0-9a-f]{4} ${short(pinnedName(image, digest))}$`));
  assert.deepEqual([more, registry.calls()], [[], []]);
});

test("an image that podman does not take stops the change before anything is switched", async (t) => {
  const { machine, registry, activate, apply, podman } = prepared(t);
  await apply({ files: { [`${machine.folder}/etc/a`]: { content: "one\n" } } });
  const { digest } = registry.push(image, ["one"]);
  machine.write("podman-fails", "Error: no space left on device\n");
  const wanted = { ...from("deployer"), files: { [`${machine.folder}/etc/a`]: { content: "two\n" } } };
  await assert.rejects(activate(wanted, digest), coded("image-failed", /ghcr\.io\/example\/app:v1; what ran before/));
  assert.equal(machine.read("etc/a"), "one\n");
  assert.equal(machine.read(`${base}/current/number`), "1\n");
  podman();
  await machine.run('rm -f "$1/podman-fails"', machine.folder);
  await apply(wanted, digest);
  assert.equal(machine.read("etc/a"), "two\n");
  assert.match(podman().at(-1) ?? "", /^tag /, "the same again completes it");
});

test("podman's storage goes with podman only where podman came with us and nobody else has anything in it", async (t) => {
  const { machine, registry, apply, podman } = prepared(t);
  await apply(from("deployer"), registry.push(image, ["one"]).digest);
  podman();
  machine.write(`${base}/packages-added`, "podman 5.4.2\n");
  machine.write(`${base}/current/lists/packages`, "");
  await machine.run(
    'printf \'{"id":"other","names":["docker.io/a/b:1"]}\\n\' >>"$containers/overlay-images/images.json"',
  );
  assert.equal((await machine.run("forget_images all")).code, 0);
  assert.ok(!podman().some((line) => line.startsWith("system reset")), "somebody else's image is there");
  assert.deepEqual(machine.list("containers/storage"), ["overlay-images", "overlay-layers"]);

  machine.write("containers/storage/overlay-images/images.json", "");
  await machine.run('mkdir -p "$1/cni/networks"', machine.folder);
  machine.write(`${base}/images-added`, "ghcr.io/example/gone:v1\n");
  assert.equal((await machine.run("forget_images all")).code, 0);
  assert.ok(podman().includes("system reset --force"));
  assert.ok(!existsSync(join(machine.folder, "containers")));
  assert.ok(!existsSync(join(machine.folder, "cni")), "what podman has made at every boot");
  assert.ok(!existsSync(join(machine.folder, base, "images-added")));
});

const claims = (port: string): SystemInput => ({ ports: { [port]: { owner: "web" } } });

test("a port that somebody else listens on stops the change; one of our own does not", async (t) => {
  const { machine, activate, apply } = prepared(t);
  const server = createServer();
  server.listen(0, "127.0.0.1");
  t.after(() => void server.close());
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const tcp = `tcp/${String(port)}`;
  await assert.rejects(activate(claims(tcp)), coded("port-taken", new RegExp(`somebody else listens on ${tcp}`)));
  assert.deepEqual(machine.list("timers"), []);
  await apply(claims(`udp/${String(port)}`));

  server.close();
  await once(server, "close");
  await apply(claims(tcp));
  const ours = createServer();
  ours.listen(port, "127.0.0.1");
  t.after(() => void ours.close());
  await once(ours, "listening");
  await apply({ ...claims(tcp), directories: { [`${machine.folder}/srv`]: {} } });
});

test("so does one that is bound for datagrams, over IPv6 too", async (t) => {
  const { activate } = prepared(t);
  for (const [type, address] of [
    ["udp4", "127.0.0.1"],
    ["udp6", "::1"],
  ] as const) {
    const socket = createSocket(type);
    t.after(() => socket.close());
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once("error", reject);
        socket.bind(0, address, resolve);
      });
    } catch {
      t.diagnostic(`there is no ${type} here`);
      continue;
    }
    const udp = `udp/${String(socket.address().port)}`;
    await assert.rejects(activate(claims(udp)), coded("port-taken", new RegExp(udp)));
  }
});
