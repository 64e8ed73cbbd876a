import assert from "node:assert/strict";
import { ada, askSnac, bob, inside, type Scene } from "./scene.ts";

/** Removing keeps data; purging leaves nothing. */
export async function removal(scene: Scene): Promise<void> {
  const { lab, cluster, deployer } = scene;

  await lab.subtest("destroy stops the instance and keeps it, and apply brings it back with its data", async () => {
    const component = `${ada} incus-instance/snac`;
    const before = (await cluster.instances())[component];
    const name = before?.name ?? "";
    await inside(scene, name, "echo dear >/root/letter");
    // Switched off by somebody: what runs on it is removed all the same.
    await cluster.incus("stop", "--project", cluster.project, name);
    await deployer.expect(ada, ["destroy", "--yes"]);
    const kept = (await cluster.instances())[component];
    assert.equal(kept?.status, "Stopped");
    assert.match(kept?.config?.["user.fediversity.kept"] ?? "", /^20\d\d-/);
    assert.match((await deployer.expect(ada, ["plan"])).stdout, /with the data that was kept on 20/);
    await deployer.apply(ada);
    const back = (await cluster.instances())[component];
    assert.deepEqual([back?.name, back?.status], [name, "Running"]);
    assert.equal(await inside(scene, name, "cat /root/letter"), "dear\n");
    assert.match(await askSnac(scene, ada), /acct:ada/);
  });

  await lab.subtest("purge after destroy leaves nothing in the cluster", async () => {
    for (const domain of [ada, bob]) {
      await deployer.expect(domain, ["destroy", "--yes"]);
      const { stdout } = await deployer.expect(domain, ["purge", "--yes"]);
      assert.match(stdout, /instance snac-example-\w+-[0-9a-f]{6} with its disk/);
    }
    assert.deepEqual(await cluster.instances(), {});
    const volumes = await cluster.incus(
      "storage",
      "volume",
      "list",
      "default",
      "--project",
      cluster.project,
      "-f",
      "csv",
    );
    assert.equal(volumes.replaceAll(/^image,.*$/gm, "").trim(), "");
  });
}
