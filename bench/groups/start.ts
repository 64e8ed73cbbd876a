import { withReason } from "../against.ts";
import type { Group } from "../bench.ts";
import { starting } from "../contestants/idle.ts";
import { takeTurns } from "../rounds.ts";
import { environmentWith, timed } from "../timed-command.ts";

/** How long the command takes to begin. */
export const start: Group = {
  name: "start",
  description: "start of the command",
  onMachines: false,
  async measure(bench) {
    const ansible = "missing" in bench.peers.ansible ? [] : ["ansible-playbook"];
    const taken = await takeTurns({
      rounds: Math.max(20, bench.rounds),
      report: (text) => bench.report(`start of the command: ${text}`),
      contestants: [
        starting(bench),
        ...ansible.map((command) => ({
          name: "ansible",
          work: async () =>
            (await timed([command, "--version"], { env: environmentWith({}), signal: bench.signal })).duration,
        })),
      ],
    });
    return [
      withReason(bench.peers.ansible, {
        name: "fediversity --version",
        against: "ansible-playbook --version",
        unit: "ms",
        ours: taken.get("start") ?? [],
        peer: taken.get("ansible"),
        budget: { kind: "at-most", most: 150 },
      }),
    ];
  },
};
