import assert from "node:assert/strict";
import { outcomes } from "../basic/deployer.ts";
import { password } from "./deployer.ts";
import { ada, askSnac, bob, inside, type Scene } from "./scene.ts";

/** The first deployment, and that it is not made twice. */
export async function deploys(scene: Scene): Promise<void> {
  const { lab, cluster, deployer } = scene;
  for (const domain of [ada, bob]) await deployer.configure(domain, ["snac"]);

  await lab.subtest("doctor finds the cluster fit, and names what is missing", async () => {
    const { stdout } = await deployer.expect(ada, ["doctor"]);
    for (const found of ["reachable", "trusted", "image", "pool", "network"]) assert.match(stdout, new RegExp(found));
    await deployer.policy({ image: { alias: "missing" }, pool: "nowhere" });
    const broken = await deployer.run(ada, ["doctor"]);
    assert.notEqual(broken.code, 0);
    assert.match(broken.stdout, /image.*missing/);
    assert.match(broken.stdout, /pool.*nowhere/);
    await deployer.policy({});
  });

  await lab.subtest("what the quota does not admit is refused in evaluation", async () => {
    await deployer.policy({ quota: { memory: 256 } });
    const { stdout, stderr } = await deployer.expect(ada, ["plan"], 3);
    assert.match(stdout + stderr, /512 MiB of memory are asked for, 256 are allowed/);
    assert.deepEqual(await cluster.instances(), {});
    await deployer.policy({});
  });

  await lab.subtest(
    "apply makes an instance for each of two operators, on different members, and snac answers over HTTPS",
    async () => {
      await deployer.policy({});
      for (const domain of [ada, bob]) {
        const begin = performance.now();
        const { requests } = await deployer.apply(domain);
        const seconds = ((performance.now() - begin) / 1000).toFixed(1);
        assert.match(await askSnac(scene, domain), new RegExp(`acct:ada@snac.${domain}`));
        process.stdout.write(
          `  ${domain}: healthy after ${seconds} s, ${String(requests.length)} requests to the cluster\n`,
        );
      }
      const instances = Object.values(await cluster.instances());
      assert.equal(instances.length, 2);
      assert.equal(new Set(instances.map(({ location }) => location)).size, 2, "on different members");
    },
    { stop: true },
  );

  await lab.subtest("again is a no-op, with one request to the cluster", async () => {
    const { events, requests } = await deployer.apply(ada);
    assert.deepEqual(outcomes(events), { "incus-instance/snac": "unchanged", "machine/snac": "unchanged" });
    assert.deepEqual(requests, ["GET /1.0/instances"]);
  });

  await lab.subtest("the machine has the host key that it was given, and no other", async () => {
    const instance = (await cluster.instances())[`${ada} incus-instance/snac`];
    const name = instance?.name ?? "";
    const shown = await inside(scene, name, "cat /etc/ssh/ssh_host_*_key.pub");
    assert.equal(shown.trim(), instance?.config?.["user.fediversity.host-key"]);
    assert.equal((await inside(scene, name, "hostname")).trim(), "snac");
  });

  await lab.subtest(
    "the deployer's key and passwords are in no file of the state and in nothing that is printed",
    async () => {
      const { stdout, stderr } = await deployer.expect(ada, ["apply", "--yes", "--json"]);
      const key = (await deployer.machine.readFile("/root/provider/client.key")).split("\n")[1] ?? "";
      assert.ok(key.length > 20);
      for (const secret of [key, password]) {
        assert.ok(!`${stdout}${stderr}`.includes(secret));
        await deployer.machine.fail(["grep", "-rqF", "-e", secret, "/root/provider/.fediversity"]);
      }
    },
  );
}
