import assert from "node:assert/strict";
import { outcomes } from "../basic/deployer.ts";
import type { Vm } from "../doubles/proxmox/cluster.ts";
import { lookAgain } from "../doubles/proxmox/resources.ts";
import { firstSize, project, type Scene } from "./scene.ts";

/** The machine of a domain's snac. */
export function machineOf({ machines }: Scene, domain: string): Vm {
  const found = machines().filter(({ config }) => config["name"]?.startsWith(`snac-${domain.replaceAll(".", "-")}-`));
  assert.equal(found.length, 1, `one machine for ${domain}`);
  return found[0] as Vm;
}

/** Whether snac answers over HTTPS under its own name, as somebody on the deployer sees it. */
export async function assertServes(scene: Scene, domain: string): Promise<void> {
  const { address } = scene.guests.machine(machineOf(scene, domain).vmid);
  const name = `snac.${domain}`;
  const url = `https://${name}/.well-known/webfinger?resource=acct:ada@${name}`;
  const resolve = `${name}:443:${address}`;
  const answer = await scene.deployer.waitUntilSucceeds(["curl", "-fsSk", "--resolve", resolve, url]);
  assert.match(answer, new RegExp(`acct:ada@${name}`));
}

/** From a template to an application that answers; again is a no-op; a changed policy resizes in place. */
export async function deploys(scene: Scene, domain: string): Promise<void> {
  const { lab, cluster, guests, deployer } = scene;

  await lab.subtest("doctor finds nothing wrong before anything is there", async () => {
    const { stdout } = await scene.expect(domain, ["doctor"]);
    assert.match(stdout, /version 8\.4\.5 answers/);
  });

  await lab.subtest(
    "template, clone, configuration, start, address, SSH, healthy: from one command",
    async () => {
      cluster.calls.length = 0;
      const begun = performance.now();
      const events = await scene.apply(domain);
      const seconds = (performance.now() - begun) / 1000;
      process.stdout.write(
        `    from apply to healthy on a new machine: ${seconds.toFixed(1)} s, ${String(cluster.calls.length)} calls\n`,
      );
      assert.deepEqual(outcomes(events), { "proxmox-vm/snac": "created", "machine/snac": "created" });
      const { vmid, config, node } = machineOf(scene, domain);
      assert.deepEqual([config["cores"], config["memory"], node], ["1", "1024", "pve2"]);
      assert.match(config["scsi0"] ?? "", /size=4G/);
      await assertServes(scene, domain);
      const journal = await guests.execute(vmid, ["cloud-init", "status"]);
      assert.match(journal.stdout, /status: done/, "cloud-init itself says that it is done");
    },
    { stop: true },
  );

  await lab.subtest("the host key came over the cluster's API, before the first connection", async () => {
    const { vmid } = machineOf(scene, domain);
    const state = await deployer.succeed(`cat ${project}/.fediversity/${domain}/*`);
    const { stdout } = await guests.execute(vmid, ["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]);
    const key = /^ssh-ed25519 (\S+)/.exec(stdout)?.[1] ?? "none";
    assert.ok(state.includes(key), "the state has the key that cloud-init made in the machine");
  });

  await lab.subtest("nothing has to be done a second time: one list for all machines", async () => {
    cluster.calls.length = 0;
    const begun = performance.now();
    const events = await scene.apply(domain);
    process.stdout.write(`    nothing to do: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
    assert.deepEqual(outcomes(events), { "proxmox-vm/snac": "unchanged", "machine/snac": "unchanged" });
    assert.deepEqual(cluster.calls, ["GET /cluster/resources"]);
  });

  await lab.subtest("a changed policy is planned with its restart, and resizes in place", async () => {
    await scene.policy({ cores: 2, memory: 2048, disk: 6 });
    const { stdout } = await scene.expect(domain, ["plan", "--detailed-exit-code"], 10);
    assert.match(stdout, /1 → 2/);
    assert.match(stdout, /restart.*virtual machine/);
    const { vmid } = machineOf(scene, domain);
    const begun = performance.now();
    await scene.apply(domain);
    process.stdout.write(
      `    resized, restarted and healthy again: ${((performance.now() - begun) / 1000).toFixed(1)} s\n`,
    );
    const { config, ...after } = machineOf(scene, domain);
    assert.equal(after.vmid, vmid);
    assert.deepEqual([config["cores"], config["memory"], after.pending], ["2", "2048", {}]);
    assert.match(config["scsi0"] ?? "", /size=6G/);
    await assertServes(scene, domain);
    await scene.policy({ ...firstSize, disk: 5 });
    const refused = await scene.run(domain, ["plan"]);
    assert.match(`${refused.stdout}${refused.stderr}`, /disk-shrink/);
    await scene.policy({ cores: 2, memory: 2048, disk: 6 });
  });

  await lab.subtest("a machine that is switched off in Proxmox is drift, and is started again", async () => {
    const vm = machineOf(scene, domain);
    await guests.shutdown(vm.vmid);
    vm.running = false;
    lookAgain(cluster);
    const { stdout } = await scene.run(domain, ["status"]);
    assert.match(stdout, /stopped/);
    await scene.apply(domain);
    await assertServes(scene, domain);
  });
}
