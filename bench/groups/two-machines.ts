import type { Lab } from "../../checks/driver/lab.ts";
import { withReason } from "../against.ts";
import type { Bench, Group } from "../bench.ts";
import { ansibleIdle, leanTask, oneTask, oursIdle, pyinfraIdle, sshTrue, starting } from "../contestants/idle.ts";
import type { Measurement } from "../measurement.ts";
import { moveAway } from "../network/distance.ts";
import { takeTurns } from "../rounds.ts";
import { median } from "../samples.ts";
import { reachOf, withLab, withTools, type Scene } from "../scene.ts";

const applications = ["hello", "cowsay"] as const;

/** Brings both tools' work onto the machines, so that nothing is left to do. */
async function settle({ product, ansible, reaches }: Scene): Promise<void> {
  await product.configure();
  await product.apply({ created: reaches.length });
  await ansible?.configure();
  await ansible?.play("basic", "anything");
}

/** What the work is called, and whether the budgets are for it. */
interface Idle {
  readonly where: string;
  readonly budgeted: boolean;
}

async function measureIdle(
  bench: Bench,
  lab: Lab,
  scene: Scene,
  { where, budgeted }: Idle,
): Promise<readonly Measurement[]> {
  const { rounds, report } = bench;
  await settle(scene);
  const cold = await takeTurns({
    rounds,
    report: (text) => report(`${where}, new connections: ${text}`),
    contestants: [
      starting(bench),
      oursIdle(scene, "new"),
      sshTrue(bench, lab.namespaceCommand, scene),
      ...ansibleIdle(scene, "new"),
      ...pyinfraIdle(scene),
    ],
  });
  const warm = await takeTurns({
    rounds,
    report: (text) => report(`${where}, persisted connections: ${text}`),
    contestants: [oursIdle(scene, "persisted"), ...ansibleIdle(scene, "persisted")],
  });
  const ours = cold.get("ours") ?? [];
  const name = `${where}, new connections`;
  const budget = budgeted ? ({ kind: "times-less", least: 8 } as const) : undefined;
  const start = { amount: median(cold.get("start") ?? []), what: "start of the process" };
  return [
    {
      name,
      against: "ssh machine true on both at once",
      unit: "ms",
      ours,
      peer: cold.get("ssh"),
      budget: budgeted ? { kind: "at-most-times-peer", factor: 1.5, plus: start } : undefined,
    },
    withReason(bench.peers.ansible, { name, against: oneTask, unit: "ms", ours, peer: cold.get("ansible") }),
    withReason(bench.peers.ansible, { name, against: leanTask, unit: "ms", ours, peer: cold.get("lean ansible") }),
    withReason(bench.peers.pyinfra, {
      name,
      against: "pyinfra with one operation",
      unit: "ms",
      ours,
      peer: cold.get("pyinfra"),
    }),
    withReason(bench.peers.ansible, {
      name: `${where}, persisted connections`,
      against: oneTask,
      unit: "ms",
      ours: warm.get("ours") ?? [],
      peer: warm.get("ansible"),
      budget,
    }),
    withReason(bench.peers.ansible, {
      name: `${where}, persisted connections`,
      against: leanTask,
      unit: "ms",
      ours: warm.get("ours") ?? [],
      peer: warm.get("lean ansible"),
      budget,
    }),
  ];
}

/** Nothing to do on two machines. */
export const twoMachines: Group = {
  name: "two",
  description: "nothing to do on 2 machines",
  onMachines: true,
  measure: (bench) =>
    withLab(bench, { name: "two", machines: applications }, async (lab) => {
      const reaches = lab.machines.map((machine) => reachOf(machine, machine.name));
      return withTools(bench, lab, { name: "two", reaches }, (scene) =>
        measureIdle(bench, lab, scene, { where: "no-op on 2 machines", budgeted: true }),
      );
    }),
};

const roundTrip = 30;

/** Nothing to do on two machines that are further away. */
export const distantMachines: Group = {
  name: "distance",
  description: `nothing to do on 2 machines with ${String(roundTrip)} ms of added round-trip time`,
  onMachines: true,
  measure: (bench) =>
    withLab(bench, { name: "distance", machines: applications }, async (lab) => {
      const near = lab.machines.map((machine) => reachOf(machine, machine.name));
      const distance = await moveAway(lab, near, roundTrip);
      bench.report(`${String(roundTrip)} ms of round-trip time added by ${distance.how}`);
      try {
        return await withTools(bench, lab, { name: "distance", reaches: distance.reaches }, (scene) =>
          measureIdle(bench, lab, scene, {
            where: `no-op on 2 machines ${String(roundTrip)} ms away`,
            budgeted: false,
          }),
        );
      } finally {
        await distance.end();
      }
    }),
};
