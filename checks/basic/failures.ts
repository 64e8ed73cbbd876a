import assert from "node:assert/strict";
import type { RunResult } from "../../src/providers/process/run.ts";
import { type Deployer, outcomes } from "./deployer.ts";
import { assertSettled, generation, greetingOn, type Scene } from "./scene.ts";

/** Runs a command while an apply is at its health checks, to the end of both. */
async function meanwhile(deployer: Deployer, args: readonly string[]): Promise<RunResult> {
  let second: Promise<RunResult> | undefined;
  await deployer.run(["apply", "--yes", "--json"], {
    onEvent: (event) => {
      if (event.event === "component-progress" && event.phase === "health") second ??= deployer.run(args);
    },
  });
  assert.ok(second !== undefined, "the first was still running");
  return await second;
}

/** Changes that do not work: each ends in the old generation, and says why. */
export async function failures({ lab, deployer, hello, cowsay }: Scene): Promise<void> {
  await lab.subtest("a health check that fails means back, and the error says which", async () => {
    const before = await generation(hello);
    await deployer.configure({ hello: { greeting: "unhealthy", healthy: false }, cowsay: { greeting: "fine" } });
    const result = await deployer.expect(["apply", "--yes"], 5);
    const said = `${result.stdout}${result.stderr}`;
    assert.match(said, /rolled-back/);
    assert.match(said, /probe-hello-fine/);
    assert.equal(await generation(hello), before);
    assert.equal(await greetingOn(hello), "forward");
    await assertSettled(hello);
    assert.equal(await greetingOn(cowsay), "fine", "the other machine finished");
    const kept = Number((await hello.succeed("ls /var/lib/fediversity/generations | sort -n | tail -n 1")).trim());
    assert.equal(
      (await hello.succeed(`cat /var/lib/fediversity/generations/${String(kept)}/verdict`)).trim(),
      "failed",
    );
  });

  await lab.subtest("a unit that fails means back, with the lines of its journal", async () => {
    await deployer.configure({ hello: { greeting: "broken", broken: true }, cowsay: { greeting: "fine" } });
    const result = await deployer.expect(["apply", "--yes"], 5);
    assert.match(`${result.stdout}${result.stderr}`, /probe-hello-broken\.service.*cannot work/);
    assert.equal(await greetingOn(hello), "forward");
    await assertSettled(hello);
    await hello.fail("systemctl cat probe-hello-broken.service");
  });

  await lab.subtest("a machine that is off is reported, the other finishes, a re-run completes", async () => {
    await cowsay.shutdown();
    assert.equal(await cowsay.isRunning(), false);
    await deployer.configure({ hello: { greeting: "one is off" }, cowsay: { greeting: "one is off" } });
    const result = await deployer.expect(["apply", "--yes"], 1);
    assert.match(`${result.stdout}${result.stderr}`, /machine\/cowsay.*cannot be reached/);
    assert.equal(await greetingOn(hello), "one is off");
    await cowsay.start();
    assert.deepEqual(outcomes(await deployer.apply()), { "machine/cowsay": "updated", "machine/hello": "unchanged" });
    assert.equal(await greetingOn(cowsay), "one is off");
  });

  await lab.subtest("a full disk: a clear error, the old generation runs on, a re-run completes", async () => {
    await cowsay.fillDisk();
    await deployer.configure({ hello: { greeting: "one is off" }, cowsay: { greeting: "disk was full" } });
    const result = await deployer.expect(["apply", "--yes"], 1);
    assert.match(`${result.stdout}${result.stderr}`, /disk-full/);
    assert.equal(await greetingOn(cowsay), "one is off");
    await cowsay.waitForUnit("probe-cowsay.service");
    await cowsay.freeDisk();
    await deployer.apply();
    assert.equal(await greetingOn(cowsay), "disk was full");
    await assertSettled(cowsay);
  });

  await lab.subtest("two applies at once: the second is told who holds the lock", async () => {
    await deployer.configure({ hello: { greeting: "first", healthy: false }, cowsay: { greeting: "disk was full" } });
    const second = await meanwhile(deployer, ["apply", "--yes"]);
    assert.equal(second.code, 4);
    assert.match(`${second.stdout}${second.stderr}`, /root@deployer/);
    await deployer.machine.succeed("cp -a /root/provider/.fediversity /root/other-state");
    await deployer.configure({ hello: { greeting: "first" }, cowsay: { greeting: "disk was full" } });
    await deployer.apply();
  });

  await lab.subtest("another deployer, with a state of its own, is told who holds the machine", async () => {
    await deployer.configure({ hello: { greeting: "held", healthy: false }, cowsay: { greeting: "disk was full" } });
    const second = await meanwhile(deployer, ["--state", "/root/other-state", "apply", "--yes"]);
    assert.equal(second.code, 4);
    assert.match(`${second.stdout}${second.stderr}`, /another deployer works on the machine: root@deployer/);
    await deployer.machine.succeed("rm -r /root/other-state");
    await deployer.configure({ hello: { greeting: "first" }, cowsay: { greeting: "disk was full" } });
    await deployer.apply();
    await assertSettled(hello);
  });
}
