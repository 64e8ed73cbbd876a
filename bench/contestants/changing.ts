import assert from "node:assert/strict";
import type { Lab } from "../../checks/driver/lab.ts";
import type { Contestant } from "../rounds.ts";
import type { Scene } from "../scene.ts";

/** The machine whose file changes. */
const changing = "site-02";

function textsOf({ reaches }: Scene, text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(reaches.map(({ name }) => [name, name === changing ? text : "Looked after.\n"]));
}

/** Brings both tools' work onto the machines, so that nothing is left to do. */
export async function settleSites(scene: Scene): Promise<void> {
  const { product, ansible, reaches } = scene;
  const texts = textsOf(scene, "Looked after, but not for long.\n");
  await product.configure(texts);
  await product.apply({ created: reaches.length });
  await ansible?.configure(texts);
  await ansible?.play("basic", "anything");
}

/** One file of one machine changes; the tools are asked to bring all machines up to date. */
export function changingSites(lab: Lab, scene: Scene): readonly Contestant[] {
  const { product, ansible, reaches } = scene;
  const machine = lab.machines.find(({ name }) => name === changing);
  const textOf = (round: number): string => `Looked after, round ${String(round)}.\n`;
  const ours: Contestant = {
    name: "ours",
    async work(round) {
      await product.configure(textsOf(scene, textOf(round)));
      const { duration } = await product.apply({ updated: 1, unchanged: reaches.length - 1 });
      assert.equal(await machine?.readFile(`/etc/motd.d/${changing}`), textOf(round));
      return duration;
    },
  };
  if (ansible === undefined) return [ours];
  return [
    ours,
    {
      name: "ansible",
      async work(round) {
        await ansible.configure(textsOf(scene, textOf(round)));
        const { duration } = await ansible.play("basic", 1);
        assert.equal(await machine?.readFile("/etc/motd.d/playbook"), textOf(round));
        return duration;
      },
    },
  ];
}
