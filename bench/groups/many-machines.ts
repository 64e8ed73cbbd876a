import type { Lab } from "../../checks/driver/lab.ts";
import { withReason } from "../against.ts";
import type { Bench, Group } from "../bench.ts";
import { changingSites, settleSites } from "../contestants/changing.ts";
import { counting } from "../contestants/counting.ts";
import { ansibleIdle, leanTask, oneTask, oursIdle, pyinfraIdle } from "../contestants/idle.ts";
import { remembering } from "../contestants/remembering.ts";
import type { Measurement } from "../measurement.ts";
import { takeTurns } from "../rounds.ts";
import type { Samples } from "../samples.ts";
import { reachOf, withLab, withTools, type Scene } from "../scene.ts";

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
  await settleSites(scene);
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
    contestants: changingSites(lab, scene).map((contestant) => counting(lab, contestant, changedSent)),
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
  // The budgets are for 24 machines.
  const budgeted = bench.machines === 24;
  const budget = budgeted ? ({ kind: "times-less", least: 15 } as const) : undefined;
  return [
    withReason(ansible, { name: `${noOp}, persisted connections`, against: oneTask, unit: "ms", ...of(warm), budget }),
    withReason(ansible, { name: `${noOp}, new connections`, against: oneTask, unit: "ms", ...of(cold) }),
    withReason(ansible, {
      name: `${noOp}, persisted connections`,
      against: leanTask,
      unit: "ms",
      ours: warm.get("ours") ?? [],
      peer: warm.get("lean ansible"),
      budget,
    }),
    withReason(ansible, {
      name: `${noOp}, new connections`,
      against: leanTask,
      unit: "ms",
      ours: cold.get("ours") ?? [],
      peer: cold.get("lean ansible"),
    }),
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
      budget: budgeted ? { kind: "at-most-times-peer", factor: 2 } : undefined,
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
