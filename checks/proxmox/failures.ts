import assert from "node:assert/strict";
import { lookAgain } from "../doubles/proxmox/resources.ts";
import { assertServes, machineOf } from "./deploys.ts";
import { project, type Scene } from "./scene.ts";

/** Lines that a run adds to the journal, at most. */
const journalLines = 15;

/** Does something while a node is switched off. */
async function whileDown({ cluster }: Scene, node: string, work: () => Promise<void>): Promise<void> {
  cluster.down.add(node);
  try {
    lookAgain(cluster);
    await work();
  } finally {
    cluster.down.delete(node);
    lookAgain(cluster);
  }
}

async function refused(scene: Scene, domain: string, words: RegExp): Promise<void> {
  const { stdout, stderr, code } = await scene.run(domain, ["apply", "--yes"]);
  assert.notEqual(code, 0);
  assert.match(`${stdout}${stderr}`, words);
  assert.doesNotMatch(`${stdout}${stderr}`, new RegExp(scene.secret));
}

/** What goes wrong is told in Proxmox's own words, and a re-run completes it: one machine, whatever happened before. */
export async function failures(scene: Scene, domain: string, other: string): Promise<void> {
  const { lab, cluster } = scene;

  await lab.subtest("storage that is full is told, and leaves nothing behind", async () => {
    const tank = cluster.storages.get("tank");
    assert.ok(tank !== undefined);
    const { total } = tank;
    tank.total = tank.used;
    await refused(scene, domain, /out of space[\s\S]*proxmox-storage-full/);
    tank.total = total;
    assert.equal(scene.machines().length, 1, "only the other operator's");
  });

  await lab.subtest("a missing permission is named, by the failure and by doctor", async () => {
    const { acl } = cluster.token;
    const { "/vms": all = [] } = acl;
    acl["/vms"] = all.filter((privilege) => privilege !== "VM.Clone");
    await refused(scene, domain, /Permission check failed \(\/vms\/9000, VM\.Clone\)/);
    const doctor = await scene.run(domain, ["doctor"]);
    assert.notEqual(doctor.code, 0);
    assert.match(`${doctor.stdout}${doctor.stderr}`, /missing: VM\.Clone on \/vms\/9000/);
    acl["/vms"] = all;
  });

  await lab.subtest("a template whose node is down is told in the plan", async () => {
    await whileDown(scene, "pve1", () => refused(scene, domain, /pve1 is offline[\s\S]*proxmox-template/));
  });

  await lab.subtest(
    "the deployer killed at one line of the journal after the other: one machine, and it serves",
    async () => {
      const copying = (): boolean =>
        [...cluster.tasks.values()].some(({ type, exit }) => type === "qmclone" && exit === undefined);
      let killedWhileCopying = false;
      for (let line = 1; line <= journalLines; line += 1) {
        const env = { NODE_OPTIONS: `--import=${project}/kill-at-line.ts`, KILL_AT_LINE: `${String(line)} whole` };
        const result = await scene.run(domain, ["apply", "--yes", "--json"], env);
        killedWhileCopying ||= copying();
        if (result.code === 0) break;
        assert.equal(result.code, 137, `killed at line ${String(line)}: ${result.stderr}`);
        assert.ok(scene.machines().length <= 2, `not made twice after line ${String(line)}`);
      }
      assert.ok(killedWhileCopying, "one of them was killed in the middle of a copy");
      await scene.apply(domain);
      assert.equal(scene.machines().length, 2);
      await assertServes(scene, domain);
    },
  );

  await lab.subtest("machines of a node that is down are named by status, and not made anew", async () => {
    const { node } = machineOf(scene, other);
    await whileDown(scene, node, async () => {
      const { stdout } = await scene.run(other, ["status"]);
      assert.match(stdout, new RegExp(`node ${node} is offline`));
      await refused(scene, other, /proxmox-node-down/);
    });
    assert.equal(scene.machines().length, 2);
    await scene.apply(other);
  });
}
