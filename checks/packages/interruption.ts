import assert from "node:assert/strict";
import type { Lab } from "../driver/lab.ts";
import type { PackageMachine } from "./package-machine.ts";

/** Seconds after which a run is killed, together with apt and dpkg below it. */
const delays = ["0.3", "1", "2.2"];

/** Whatever ends a run, the next one ends well. */
export async function interruptionSteps(lab: Lab, at: PackageMachine): Promise<void> {
  const { machine } = at;
  const names = ["cowsay", "valkey-server"];
  const without = await at.snapshot();
  const files = await at.offer(names);
  assert.equal((await at.install(files, names)).code, 0);
  const [withThem, record] = [await at.snapshot(), await at.record()];
  assert.equal((await at.remove([], "purge")).code, 0);

  const killed = async (verb: "install" | "purge", seconds: string): Promise<void> => {
    await at.want(verb === "install" ? names : []);
    const limits = [
      "--property=RuntimeMaxSec=" + seconds,
      "--property=KillSignal=SIGKILL",
      "--property=KillMode=control-group",
    ];
    await machine.execute([
      "systemd-run",
      "--quiet",
      "--wait",
      "--collect",
      ...limits,
      ...at.argumentsFor(verb, files),
    ]);
  };

  await lab.subtest("an installation and a removal that are killed are finished by the next", async () => {
    for (const seconds of delays) {
      await killed("install", seconds);
      const installed = await at.install(await at.offer(names), names);
      assert.equal(installed.code, 0, `${seconds} s: ${installed.stderr}`);
      assert.equal(await at.snapshot(), withThem, `installed after ${seconds} s`);
      assert.deepEqual(await at.record(), record);
      await killed("purge", seconds);
      const removed = await at.remove([], "purge");
      assert.equal(removed.code, 0, `${seconds} s: ${removed.stderr}`);
      assert.equal(await at.snapshot(), without, `removed after ${seconds} s`);
      assert.equal(await at.leftovers(), "");
    }
  });

  await lab.subtest("a package whose files were not known to be whole is unpacked again", async () => {
    for (const state of ["unpacked", "half-installed"]) {
      assert.equal((await at.install(await at.offer(names), names)).code, 0);
      // What dpkg writes before it unpacks, and takes back when it has: dpkg(1), "reinst-required".
      const states = { "valkey-tools": `reinstreq ${state}`, "valkey-server": "ok unpacked" };
      for (const [name, words] of Object.entries(states)) {
        const edit = `/^Package: ${name}$/,/^$/s/^Status: .*/Status: install ${words}/`;
        await machine.succeed(["sed", "--in-place", edit, "/var/lib/dpkg/status"]);
      }
      const installed = await at.install(await at.offer(names), names);
      assert.equal(installed.code, 0, `${state}: ${installed.stderr}`);
      assert.equal(await at.snapshot(), withThem, state);
    }
    assert.equal((await at.remove([], "purge")).code, 0);
    assert.equal(await at.snapshot(), without);
  });

  await lab.subtest("an installation that is killed can be taken back", async () => {
    for (const seconds of delays) {
      await killed("install", seconds);
      const removed = await at.remove([], "purge");
      assert.equal(removed.code, 0, `${seconds} s: ${removed.stderr}`);
      assert.equal(await at.snapshot(), without, `taken back after ${seconds} s`);
      assert.deepEqual(await at.record(), []);
    }
  });

  await lab.subtest("a removal that is killed can be taken back", async () => {
    for (const seconds of delays) {
      assert.equal((await at.install(await at.offer(names), names)).code, 0);
      await killed("purge", seconds);
      const installed = await at.install(await at.offer(names), names);
      assert.equal(installed.code, 0, `${seconds} s: ${installed.stderr}`);
      assert.equal(await at.snapshot(), withThem, `taken back after ${seconds} s`);
      assert.deepEqual(await at.record(), record);
    }
    assert.equal((await at.remove([], "purge")).code, 0);
  });

  await lab.subtest("services may start again as soon as a killed run is dead", async () => {
    await killed("install", "1");
    if ((await machine.execute("test -e /usr/sbin/policy-rc.d")).code === 0) {
      await machine.succeed("/usr/sbin/policy-rc.d ssh start && /usr/sbin/policy-rc.d ssh restart");
    }
    assert.equal((await at.remove([], "purge")).code, 0);
    assert.equal(await at.leftovers(), "");
  });

  await lab.subtest("a full disk is an error, and afterwards all can be undone or done", async () => {
    await at.want(names);
    await machine.fillDisk();
    const full = await machine.execute(at.argumentsFor("install", files));
    await machine.freeDisk();
    assert.equal(full.code, 1);
    assert.match(full.stderr, /No space left on device|enough free space/);
    const removed = await at.remove([], "purge");
    assert.equal(removed.code, 0, removed.stderr);
    assert.equal(await at.snapshot(), without);
    assert.equal((await at.install(await at.offer(names), names)).code, 0);
    assert.equal(await at.snapshot(), withThem);
  });
}
