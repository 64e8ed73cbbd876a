import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Lab } from "../../checks/driver/lab.ts";
import type { TestMachine } from "../../checks/driver/test-machine.ts";
import { withReason } from "../against.ts";
import type { Bench, Group } from "../bench.ts";
import type { Reach } from "../network/reach.ts";
import { takeTurns } from "../rounds.ts";
import { packagesOf, reachOf, withLab, withTools } from "../scene.ts";

const applications = ["hello", "cowsay"] as const;
type Tool = "ours" | "ansible";

function labName(tool: Tool, round: number, application: string): string {
  return `${tool}-${String(round)}-${application}`;
}

function pick(lab: Lab, tool: Tool, round: number): ReadonlyMap<string, TestMachine> {
  const found = applications.map((application): [string, TestMachine][] => {
    const machine = lab.machines.find(({ name }) => name === labName(tool, round, application));
    return machine === undefined ? [] : [[application, machine]];
  });
  return new Map(found.flat());
}

function reachesOf(machines: ReadonlyMap<string, TestMachine>): readonly Reach[] {
  return [...machines].map(([application, machine]) => reachOf(machine, application));
}

/** Makes sure that the basic deployment is there: its packages, and its user with a home. */
async function verify(machines: ReadonlyMap<string, TestMachine>): Promise<void> {
  await machines.get("hello")?.succeed(["su", "-l", "operator", "-c", "hello"]);
  await machines.get("cowsay")?.succeed(["su", "-l", "operator", "-c", "cowsay moo"]);
  for (const machine of machines.values()) {
    await machine.succeed('test "$(stat --format="%U %G %a" /home/operator)" = "operator operator 750"');
  }
}

const aptFolders = ["/etc/apt", "/var/lib/apt", "/var/cache/apt"] as const;

/** Gives machines what their apt would have to fetch: the lists and the packages, so that nothing is downloaded. */
async function fillApt(bench: Bench, lab: Lab, machines: readonly TestMachine[]): Promise<void> {
  const [first, ...others] = machines;
  if (first === undefined) return;
  bench.report("filling the apt cache of the playbook's machines");
  await lab.archive(first);
  await first.succeed("apt-get update --quiet");
  const wanted = applications.flatMap((application) => packagesOf(application));
  await first.succeed(["apt-get", "install", "--yes", "--download-only", "--no-install-recommends", ...wanted]);
  const folder = await mkdtemp(join(bench.folder, "apt-"));
  for (const path of aptFolders) {
    await first.copyFromMachine(path, join(folder, path));
    for (const other of others) await other.copyFromHost(join(folder, path), path);
  }
  await rm(folder, { recursive: true });
}

async function measureFirst(bench: Bench, lab: Lab, rounds: number): Promise<ReadonlyMap<string, readonly number[]>> {
  const ansible = "missing" in bench.peers.ansible ? [] : [bench.peers.ansible];
  return takeTurns({
    rounds,
    report: (text) => bench.report(`first apply on 2 machines: ${text}`),
    contestants: [
      {
        name: "ours",
        work(round) {
          const machines = pick(lab, "ours", round);
          const name = `first-${String(round)}`;
          return withTools(bench, lab, { name, reaches: reachesOf(machines) }, async ({ product }) => {
            await product.configure();
            const { duration } = await product.apply({ created: machines.size });
            await verify(machines);
            return duration;
          });
        },
      },
      ...ansible.map(() => ({
        name: "ansible",
        work(round: number) {
          const machines = pick(lab, "ansible", round);
          const name = `first-playbook-${String(round)}`;
          return withTools(bench, lab, { name, reaches: reachesOf(machines) }, async ({ ansible }) => {
            await ansible?.configure();
            // Packages, user and home on each machine.
            const played = await ansible?.play("basic", 3 * machines.size);
            await verify(machines);
            return played?.duration ?? 0;
          });
        },
      })),
    ],
  });
}

/** The basic deployment on machines that nobody has touched yet. */
export const firstApply: Group = {
  name: "first",
  description: "first apply of the basic deployment on 2 machines",
  onMachines: true,
  measure(bench) {
    const rounds = bench.longRounds;
    const tools: readonly Tool[] = "missing" in bench.peers.ansible ? ["ours"] : ["ours", "ansible"];
    const machines = Array.from({ length: rounds + 1 }, (_, round) =>
      tools.flatMap((tool) => applications.map((application) => labName(tool, round, application))),
    ).flat();
    return withLab(bench, { name: "first", machines }, async (lab) => {
      await fillApt(
        bench,
        lab,
        lab.machines.filter(({ name }) => name.startsWith("ansible-")),
      );
      const taken = await measureFirst(bench, lab, rounds);
      return [
        withReason(bench.peers.ansible, {
          name: "first apply of the basic deployment on 2 machines",
          against: "Ansible with packages in the machines' apt cache",
          unit: "ms",
          ours: taken.get("ours") ?? [],
          peer: taken.get("ansible"),
        }),
      ];
    });
  },
};
