import assert from "node:assert/strict";
import type { Lab } from "../../checks/driver/lab.ts";
import { withReason } from "../against.ts";
import type { Bench, Group } from "../bench.ts";
import { ansibleIdle, oursIdle, pyinfraIdle } from "../contestants.ts";
import type { Measurement } from "../measurement.ts";
import { peakMemory } from "../memory.ts";
import { trafficOf } from "../network/traffic.ts";
import { takeTurns, type Contestant } from "../rounds.ts";
import type { Samples } from "../samples.ts";
import { reachOf, withLab, withTools, type Scene } from "../scene.ts";

/** The machine whose file changes. */
const changing = "site-02";

function textsOf({ reaches }: Scene, text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(reaches.map(({ name }) => [name, name === changing ? text : "Looked after.\n"]));
}

async function settle({ product, ansible, reaches }: Scene, texts: Readonly<Record<string, string>>): Promise<void> {
  await product.configure(texts);
  await product.apply({ created: reaches.length });
  await ansible?.configure(texts);
  await ansible?.play("basic", "anything");
}

/** The same contestant, counting the bytes that go to machines while it works. */
function counting(lab: Lab, contestant: Contestant, sent: Map<string, number[]>): Contestant {
  return {
    ...contestant,
    async work(round) {
      let duration = 0;
      const traffic = await trafficOf(lab.network, async () => {
        duration = await contestant.work(round);
      });
      if (round > 0) sent.set(contestant.name, [...(sent.get(contestant.name) ?? []), traffic.sent]);
      return duration;
    },
  };
}

/** One file of one machine changes; the tools are asked to bring all machines up to date. */
function changingContestants(lab: Lab, scene: Scene): readonly Contestant[] {
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

/** The most memory that each tool holds with nothing to do, its connections included. */
function remembering(bench: Bench, { product, ansible }: Scene): readonly Contestant[] {
  const { signal, folder: cwd } = bench;
  return [
    {
      name: "ours",
      prepare: product.masters.end,
      work: () => peakMemory(product.vector, { env: product.env, cwd, signal }),
    },
    ...(ansible === undefined
      ? []
      : [
          {
            name: "ansible",
            prepare: ansible.masters.end,
            work: () => peakMemory(ansible.vector("packages"), { env: ansible.env, cwd, signal }),
          },
        ]),
  ];
}

interface Taken {
  readonly warm: ReadonlyMap<string, Samples>;
  readonly cold: ReadonlyMap<string, Samples>;
  readonly changed: ReadonlyMap<string, Samples>;
  readonly memory: ReadonlyMap<string, Samples>;
  readonly warmSent: ReadonlyMap<string, Samples>;
  readonly changedSent: ReadonlyMap<string, Samples>;
}

async function measureAll(bench: Bench, lab: Lab, scene: Scene): Promise<Taken> {
  const { longRounds: rounds } = bench;
  const report = (what: string) => (text: string) =>
    bench.report(`${what} on ${String(scene.reaches.length)} machines: ${text}`);
  bench.report("bringing the deployment onto the machines");
  await settle(scene, textsOf(scene, "Looked after, round -1.\n"));
  const warmSent = new Map<string, number[]>();
  const changedSent = new Map<string, number[]>();
  const idle = [oursIdle(scene, "persisted"), ...ansibleIdle(scene, "persisted")];
  const warm = await takeTurns({
    rounds,
    report: report("no-op, persisted connections"),
    contestants: idle.map((contestant) => counting(lab, contestant, warmSent)),
  });
  const changed = await takeTurns({
    rounds,
    report: report("one file changed"),
    contestants: changingContestants(lab, scene).map((contestant) => counting(lab, contestant, changedSent)),
  });
  const cold = await takeTurns({
    rounds,
    report: report("no-op, new connections"),
    contestants: [oursIdle(scene, "new"), ...ansibleIdle(scene, "new"), ...pyinfraIdle(scene)],
  });
  const memory = await takeTurns({
    rounds,
    warmUp: false,
    report: report("memory of a no-op"),
    contestants: remembering(bench, scene),
  });
  return { warm, cold, changed, memory, warmSent, changedSent };
}

function megabytes(samples: Samples | undefined): Samples | undefined {
  return samples?.map((bytes) => bytes / 1e6);
}

function measurements(bench: Bench, taken: Taken): readonly Measurement[] {
  const { warm, cold, changed, memory, warmSent, changedSent } = taken;
  const { ansible, pyinfra } = bench.peers;
  const count = String(bench.machines);
  const noOp = `no-op on ${count} machines`;
  const change = `one file changed on one of ${count} machines`;
  const of = (samples: ReadonlyMap<string, Samples>) => ({
    ours: samples.get("ours") ?? [],
    peer: samples.get("ansible"),
  });
  const oneTask = "Ansible with one task";
  const budget = { kind: "times-less", least: 15 } as const;
  return [
    withReason(ansible, { name: `${noOp}, persisted connections`, against: oneTask, unit: "ms", ...of(warm), budget }),
    withReason(ansible, { name: `${noOp}, new connections`, against: oneTask, unit: "ms", ...of(cold), budget }),
    withReason(pyinfra, {
      name: `${noOp}, new connections`,
      against: "pyinfra with one operation",
      unit: "ms",
      ours: cold.get("ours") ?? [],
      peer: cold.get("pyinfra"),
    }),
    {
      name: `${change}, persisted connections`,
      against: "our own no-op",
      unit: "ms",
      ours: changed.get("ours") ?? [],
      peer: warm.get("ours"),
      budget: { kind: "at-most-times-peer", factor: 2 },
    },
    withReason(ansible, {
      name: `${change}, persisted connections`,
      against: "the same by Ansible",
      unit: "ms",
      ...of(changed),
    }),
    withReason(ansible, {
      name: `peak memory of a ${noOp}, new connections`,
      against: oneTask,
      unit: "MB",
      ours: megabytes(memory.get("ours")) ?? [],
      peer: megabytes(memory.get("ansible")),
    }),
    withReason(ansible, { name: `bytes sent to machines by a ${noOp}`, against: oneTask, unit: "B", ...of(warmSent) }),
    withReason(ansible, {
      name: `bytes sent to machines, ${change}`,
      against: "the same by Ansible",
      unit: "B",
      ...of(changedSent),
    }),
  ];
}

/** Nothing to do, and one file to change, on many machines. */
export const manyMachines: Group = {
  name: "many",
  description: "nothing to do, and one file changed, on many machines; memory and bytes",
  onMachines: true,
  measure(bench) {
    const machines = Array.from({ length: bench.machines }, (_, index) => `site-${String(index + 1).padStart(2, "0")}`);
    return withLab(bench, { name: "many", machines }, (lab) => {
      const reaches = lab.machines.map((machine) => reachOf(machine, machine.name));
      return withTools(bench, lab, { name: "many", reaches }, async (scene) =>
        measurements(bench, await measureAll(bench, lab, scene)),
      );
    });
  },
};
