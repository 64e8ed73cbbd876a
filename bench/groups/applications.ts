import { everything } from "../../checks/cli/applications.ts";
import { ada, outcomes, type Deployer } from "../../checks/cli/deployer.ts";
import { setScene, type Scene } from "../../checks/cli/scene.ts";
import { createLab } from "../../checks/driver/lab.ts";
import type { TestMachine } from "../../checks/driver/test-machine.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Bench, Group } from "../bench.ts";

/** What the resources and applications install: a machine of a prepared image has it all. */
const packages = [
  ...["ca-certificates", "caddy", "crun", "curl", "jq", "netavark", "nftables", "podman"],
  ...["postgresql-17", "postgresql-client-17", "snac2", "valkey-server"],
];

/** Services that Debian's packages start by themselves, on ports that are wanted. */
const uninvited = [
  "caddy.service",
  "postgresql.service",
  "postgresql@17-main.service",
  "snac2.service",
  "valkey-server.service",
];

interface Work {
  /** Milliseconds. */
  readonly duration: number;
  /** Bytes that left the deployer, Ethernet headers included. */
  readonly sent: number;
}

/** Applies, and makes sure that every component came out as it should. */
async function apply(deployer: Deployer, outcome: "created" | "unchanged"): Promise<Work> {
  const sent = async (): Promise<number> =>
    Number(await deployer.machine.succeed(["cat", "/sys/class/net/host0/statistics/tx_bytes"]));
  const before = await sent();
  const begin = performance.now();
  const found = outcomes(await deployer.apply(ada));
  const duration = performance.now() - begin;
  const other = Object.entries(found).find(([, one]) => one !== outcome);
  if (other === undefined) return { duration, sent: (await sent()) - before };
  throw new Failure({
    code: "bench-work",
    attempted: "apply the configuration with all applications",
    subject: other[0],
    found: `it came out as ${other[1]}, not ${outcome}`,
    next: "A measurement counts only when the work was done.",
  });
}

// Proportional set sizes, proc_pid_smaps_rollup(5), of the processes in the cgroups of our own units.
const ownMemory = `systemctl list-units --plain --no-legend --state=running 'fediversity*' | cut -d ' ' -f 1 |
while read -r unit; do cat "/sys/fs/cgroup$(systemctl show -P ControlGroup "$unit")/cgroup.procs"; done |
while read -r process; do awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup"; done |
awk '{ sum += $1 } END { print 1024 * sum }'`;

async function mostMemory(machines: readonly TestMachine[]): Promise<number> {
  const found = await Promise.all(machines.map((machine) => machine.succeed(ownMemory)));
  return Math.max(...found.map(Number));
}

/** The machines of an image that has all packages. */
async function prepare({ targets }: Scene): Promise<void> {
  for (const target of Object.values(targets)) await target.succeed(["systemctl", "disable", "--now", ...uninvited]);
}

/** Mastodon, PeerTube, Pixelfed and snac, Garage and a database on six machines, as the check `cli` deploys them. */
export const applications: Group = {
  name: "applications",
  description: "all applications on 6 prepared machines, contract doubles in place of official images",
  onMachines: true,
  async measure(bench: Bench) {
    const lab = await createLab({ name: "bench-applications", cache: bench.cache, print: bench.report });
    try {
      const scene = await setScene(lab, {}, { targetPackages: packages });
      try {
        await prepare(scene);
        const { deployer, targets } = scene;
        await deployer.configure(ada, everything);
        bench.report("applying for the first time");
        const first = await apply(deployer, "created");
        bench.report("applying with nothing to do");
        const again: Work[] = [];
        for (let round = 0; round < bench.rounds; round += 1) again.push(await apply(deployer, "unchanged"));
        const where = "all applications on 6 prepared machines";
        return [
          {
            name: `${where}: from apply to all healthy`,
            unit: "ms",
            ours: [first.duration],
            budget: { kind: "at-most", most: 60_000 },
          },
          { name: `${where}: bytes sent by the first apply, images included`, unit: "B", ours: [first.sent] },
          { name: `${where}: no-op, new connections`, unit: "ms", ours: again.map(({ duration }) => duration) },
          { name: `${where}: bytes sent by a no-op`, unit: "B", ours: again.map(({ sent }) => sent) },
          {
            name: `${where}: memory that our own units take afterwards, most of any machine`,
            unit: "B",
            ours: [await mostMemory(Object.values(targets))],
            budget: { kind: "at-most", most: 0 },
          },
        ];
      } finally {
        await scene.close();
      }
    } finally {
      await lab.remove();
    }
  },
};
