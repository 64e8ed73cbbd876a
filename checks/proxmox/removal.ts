import assert from "node:assert/strict";
import { assertServes, machineOf } from "./deploys.ts";
import { project, type Scene } from "./scene.ts";

/** Destroy keeps machines and their data, purge deletes them, and nothing is left in the cluster. */
export async function removal(scene: Scene, domain: string, other: string, used: number): Promise<void> {
  const { lab, cluster, guests, deployer } = scene;
  const mark = ["sh", "-c", "echo kept >/srv/fediversity/mark"];

  await lab.subtest(
    "destroy switches a machine off and keeps its disk; apply brings it back with its data",
    async () => {
      const { vmid } = machineOf(scene, domain);
      assert.equal((await guests.execute(vmid, mark)).code, 0);
      await scene.expect(domain, ["destroy", "--yes"]);
      const kept = machineOf(scene, domain);
      assert.deepEqual(
        [kept.vmid, kept.running, kept.config["onboot"], kept.config["protection"]],
        [vmid, false, "0", "1"],
      );
      await scene.apply(domain);
      assert.equal(machineOf(scene, domain).vmid, vmid);
      await assertServes(scene, domain);
      assert.equal((await guests.execute(vmid, ["cat", "/srv/fediversity/mark"])).stdout, "kept\n");
    },
  );

  await lab.subtest("purge deletes what destroy kept, and nothing is left in the cluster", async () => {
    for (const one of [domain, other]) {
      await scene.expect(one, ["destroy", "--yes"]);
      await scene.expect(one, ["purge", "--yes"]);
    }
    assert.deepEqual([...cluster.vms.keys()], [9000]);
    assert.deepEqual(guests.disks(), []);
    assert.equal(cluster.storages.get("tank")?.used, used);
    assert.deepEqual(
      [...cluster.tasks.values()].filter(({ exit }) => exit === undefined),
      [],
    );
  });

  await lab.subtest("the token's secret is nowhere but in its file", async () => {
    await deployer.writeFile("/root/pattern", `${scene.secret}\n`, 0o600);
    await deployer.fail(`grep -rqF -f /root/pattern ${project}/.fediversity`);
    await deployer.fail("journalctl --no-pager | grep -F -f /root/pattern");
  });
}
