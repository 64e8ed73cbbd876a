import assert from "node:assert/strict";
import { until } from "../../src/providers/local-machine/until.ts";
import { addressOf } from "./cluster.ts";
import { ada, askSnac, bob, inside, type Scene } from "./scene.ts";

const component = "incus-instance/snac";

/** Sizes, what was changed by hand, and a member of the cluster that goes away. */
export async function changes(scene: Scene): Promise<void> {
  const { lab, cluster, deployer } = scene;
  const find = async (domain: string) => {
    const found = (await cluster.instances())[`${domain} ${component}`];
    assert.ok(found);
    return found;
  };

  await lab.subtest("a changed policy resizes the instance while it runs, after saying so", async () => {
    const { name } = await find(ada);
    const boot = await inside(scene, name, "stat -c %Y /run/systemd/system; cat /proc/1/stat | cut -d ' ' -f 22");
    await deployer.policy({ sizes: { default: { cores: 2, memory: 768, disk: 3 } } });
    const { stdout } = await deployer.expect(ada, ["plan"]);
    assert.match(stdout, /limits\.cpu[^]*1 → 2/);
    assert.match(stdout, /limits\.memory[^]*512MiB → 768MiB/);
    assert.match(stdout, /disk[^]*2GiB → 3GiB/);
    await deployer.apply(ada);
    const { config, devices } = await find(ada);
    assert.deepEqual(
      [config?.["limits.cpu"], config?.["limits.memory"], devices["root"]?.["size"]],
      ["2", "768MiB", "3GiB"],
    );
    const now = await inside(scene, name, "stat -c %Y /run/systemd/system; cat /proc/1/stat | cut -d ' ' -f 22");
    assert.equal(now, boot, "it was not started anew");
  });

  await lab.subtest("a smaller disk is refused in the plan", async () => {
    await deployer.policy({ sizes: { default: { cores: 2, memory: 768, disk: 1 } } });
    const { stdout, stderr } = await deployer.run(ada, ["plan"]);
    assert.match(stdout + stderr, /its disk has 3GiB, and 1GiB are wanted: a disk can only grow/);
    await deployer.policy({ sizes: { default: { cores: 2, memory: 768, disk: 3 } } });
  });

  await lab.subtest("what was changed by hand in the cluster shows as drift, and apply puts it right", async () => {
    const { name } = await find(ada);
    await cluster.incus("config", "set", "--project", cluster.project, name, "limits.cpu=1");
    assert.match((await deployer.expect(ada, ["status"], 1)).stdout, /limits\.cpu is 1, not 2/);
    await deployer.apply(ada);
    assert.equal((await find(ada)).config?.["limits.cpu"], "2");
    await deployer.expect(ada, ["status"]);
  });

  await lab.subtest("an instance that was stopped by hand is started, and serves again", async () => {
    const { name } = await find(ada);
    await cluster.incus("stop", "--force", "--project", cluster.project, name);
    assert.match((await deployer.run(ada, ["status"])).stdout, /the instance is stopped/);
    await deployer.apply(ada);
    assert.match(await askSnac(scene, ada), /acct:ada/);
  });

  await lab.subtest("a refusal of the cluster is shown in its words, with the parameter", async () => {
    await deployer.policy({
      sizes: { default: { cores: 2, memory: 768, disk: 3 } },
      config: { "security.privileged": "true", "security.nesting": "true", "limits.nonsense": "1" },
    });
    const { stdout, stderr } = await deployer.run(ada, ["apply", "--yes"]);
    assert.match(stdout + stderr, /Incus answered: .*limits\.nonsense.*\(parameter: config limits\.nonsense\)/);
    await deployer.policy({ sizes: { default: { cores: 2, memory: 768, disk: 3 } } });
  });

  await lab.subtest(
    "a member of the cluster is shut down: status names what is affected, and the rest goes on",
    async () => {
      const { location } = await find(bob);
      const member = cluster.members.find(({ name }) => name === location);
      assert.ok(member);
      // What a member's power failure looks like to the others takes them a while to believe.
      await cluster.incus("config", "set", "cluster.offline_threshold=11");
      await member.crash();
      const says = async (): Promise<string> => (await deployer.run(bob, ["status"])).stdout;
      await cluster.members
        .find(({ name }) => name !== location)
        ?.waitUntilSucceeds(`incus cluster list -f csv | grep -q '^${location},.*OFFLINE'`, { timeout: 90_000 });
      assert.match(
        await says(),
        new RegExp(`incus-instance/snac.*\\n?.*member ${location} that it is on does not answer`),
      );
      assert.match(await askSnac(scene, ada), /acct:ada/);
      const { stdout, stderr } = await deployer.run(bob, ["plan"]);
      assert.match(stdout + stderr, new RegExp(`the cluster member ${location} that it is on does not answer`));
      await member.start();
      await member.waitUntilSucceeds(`incus cluster list -f csv | grep -q '^${location},.*ONLINE'`, {
        timeout: 90_000,
      });
      // The member starts its instance anew, which takes a while to boot.
      const back = await until(async () => addressOf(await find(bob)) || undefined, { timeout: 60_000 });
      assert.ok(back);
      await deployer.machine.waitForOpenPort(22, { address: back });
      await deployer.apply(bob);
      assert.match(await askSnac(scene, bob), /acct:ada/);
    },
  );
}
