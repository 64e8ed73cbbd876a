import assert from "node:assert/strict";
import { project } from "./deployer.ts";
import { ada, inside, type Scene } from "./scene.ts";

/** Moments at which the deployer is killed: what its journal has just got. */
const moments = [
  { name: "while the cluster makes the instance", text: '"operation":', without: "no line has this" },
  { name: "between making and starting", text: '"kind":"memory"', without: '"operation":' },
] as const;

/** A deployer that dies leaves nothing that a re-run does not find: nothing is made twice. */
export async function interruptions(scene: Scene): Promise<void> {
  const { lab, cluster, deployer } = scene;
  for (const [index, { name, text, without }] of moments.entries()) {
    const application = ["hello", "cowsay"][index] ?? "hello";
    await lab.subtest(`the deployer killed ${name}: a re-run finishes that instance`, async () => {
      await deployer.configure(ada, ["snac", application]);
      const env = {
        NODE_OPTIONS: `--import=${project}/kill-at-text.ts`,
        KILL_AT_TEXT: text,
        KILL_WITHOUT: without,
      };
      const killed = await deployer.run(ada, ["apply", "--yes", "--json"], env);
      assert.equal(killed.code, 137, killed.stdout + killed.stderr);
      const component = `${ada} incus-instance/${application}`;
      const half = (await cluster.instances())[component];
      assert.notEqual(half?.status, "Running");
      await deployer.apply(ada);
      const whole = (await cluster.instances())[component];
      assert.equal(whole?.status, "Running");
      assert.equal(whole?.name, half?.name ?? whole?.name, "it is the same instance");
      assert.match(await inside(scene, whole?.name ?? "", `su -l operator -c '${application} x'`), /\w/);
    });
  }

  await lab.subtest("what no data can be lost with is deleted when its application goes", async () => {
    await deployer.configure(ada, ["snac"]);
    await deployer.apply(ada);
    assert.deepEqual(
      Object.keys(await cluster.instances()).filter((name) => name.startsWith(ada)),
      [`${ada} incus-instance/snac`],
    );
  });
}
