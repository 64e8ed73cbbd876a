import type { Peers } from "../bench.ts";
import type { Computer, Load } from "../computer.ts";
import { nameOf, rowOf, type Measurement } from "../measurement.ts";
import type { Options } from "../options.ts";
import { pyinfraVersion } from "../peers/pyinfra.ts";
import { quantity } from "../unit.ts";
import { markdownTable } from "./table.ts";

/** What the page about a run tells. */
export interface Page {
  readonly measured: readonly Measurement[];
  readonly computer: Computer;
  readonly load: Load;
  readonly peers: Peers;
  readonly options: Pick<Options, "rounds" | "machines">;
  readonly date: Date;
}

const how = `## How it is measured

- The machines are systemd-nspawn containers of this computer, made by the test driver, with Debian 13, Python (which
  only Ansible needs) and no way to the internet. They share this computer's processors with the tools: what a tool has
  a machine do counts as well.
- The tools do the same work on the same machines, by turns, after one turn each that is not counted. Columns are
  medians, and the least and greatest of all rounds. _Ratio_ is the peer's median by ours: more than 1 is in our favour.
- A turn counts only when the work was done: nothing to do must change nothing, a changed file must be there, the
  packages must run as the operator's user. Nothing is tried twice; one failure ends the run.
- _New connections_: no tool has a connection open. _Persisted connections_: both find the control sockets that their
  turn before left, 60 s each (ControlPersist). pyinfra keeps none between its runs.
- Ours is the whole command \`fediversity apply --yes --json\` with its start, as people install it. With nothing to do
  it looks at files, links, packages, users, units and health checks of every machine; the peers look at one package
  each.
- Ansible: pipelining, ControlPersist, as many forks as machines, and its defaults otherwise. _One task_ is
  [packages.yml](../bench/peers/playbooks/packages.yml); _without facts_ is
  [packages-lean.yml](../bench/peers/playbooks/packages-lean.yml), which spares Ansible what it does by itself. The same
  work as ours is [basic.yml](../bench/peers/playbooks/basic.yml).
- First apply: our packages come from this computer's cache and travel to the machines; Ansible's machines have theirs in
  their own apt cache already, with the lists, so that it downloads and sends none. Both end with the same packages, user
  and home.
- One file changed: both tools are asked to bring all machines up to date, as people do.
- Memory: the greatest sum of the proportional set sizes of a tool's processes on this computer, its ssh included,
  looked at every 50 ms. Bytes: what the lab's bridge passed on to machines, headers included.
- 30 ms away: by the kernel's netem, or where it has none by [a relay](../bench/network/delay-line.ts) for both tools.
- The applications have [a page of their own](benchmarks-services.md), and so has [FediPanel](benchmarks-panel.md).
`;

function verdicts(measured: readonly Measurement[]): string {
  const budgeted = measured.filter((measurement) => rowOf(measurement).met !== null);
  const missed = budgeted.filter((measurement) => rowOf(measurement).met === false);
  const head = `${String(budgeted.length - missed.length)} of ${String(budgeted.length)} budgets are met.`;
  if (missed.length === 0) return head;
  const lines = missed.map((measurement) => {
    const { ours, peer, budget } = rowOf(measurement);
    const beside = peer === null ? "" : `, the peer takes ${quantity(peer, measurement.unit)}`;
    return `- ${nameOf(measurement)}: ${quantity(ours, measurement.unit)}${beside}; the budget is ${budget ?? ""}.`;
  });
  return [head, "", "Not met:", "", ...lines].join("\n");
}

/** Gives the page about a run as Markdown. Pure. */
export function renderPage({ measured, computer, load, peers, options, date }: Page): string {
  const { ansible, pyinfra } = peers;
  const long = Math.ceil(options.rounds * 0.6);
  const facts = [
    `Date: ${date.toISOString().slice(0, 10)}.`,
    `Computer: ${String(computer.processors)} processors (${computer.processor}), ${quantity(computer.memory / 1e6, "MB")} of memory, ${computer.system}, Linux ${computer.kernel}.`,
    `Before the run: load average ${load.average.toFixed(1)}, processors ${String(Math.round(load.busy * 100))} % at work.`,
    `Tools: Node ${computer.node}, ${computer.ssh}, ${"missing" in ansible ? ansible.missing : `ansible-core ${ansible.version}`}, ${"missing" in pyinfra ? pyinfra.missing : `pyinfra ${pyinfraVersion}`}.`,
    `Rounds: ${String(options.rounds)}, of what takes long ${String(long)}; 500 of one evaluation, 20 of the start.`,
  ];
  return [
    "# Benchmarks",
    "",
    "What Fediversity takes, side by side with peers on the same machines in the same run, against the budgets of its",
    "design. This page is written by `npm run bench -- --write`; ratios carry over to other computers, seconds do not.",
    "",
    ...facts.map((fact) => `- ${fact}`),
    "",
    "![Durations of Fediversity and its peers](benchmarks.svg)",
    "",
    markdownTable(measured),
    "",
    "## Budgets",
    "",
    verdicts(measured),
    "",
    how,
  ].join("\n");
}
