/** Measures the product beside its peers: `npm run bench`. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onSignal } from "../checks/driver/on-signal.ts";
import { Failure, renderFailure, reportOf } from "../src/model/failure.ts";
import { checkComputer } from "../src/providers/local-machine/check-computer.ts";
import type { Bench, Group } from "./bench.ts";
import { describeComputer, loadWarning, lookAtLoad } from "./computer.ts";
import { findPeers } from "./find-peers.ts";
import { groups } from "./groups/groups.ts";
import { installProduct } from "./install-product.ts";
import { rowOf, type Measurement } from "./measurement.ts";
import { readOptions, usage, type Options } from "./options.ts";
import { renderPage } from "./report/page.ts";
import { renderPlot } from "./report/plot.ts";
import { textTable } from "./report/table.ts";

const docs = join(import.meta.dirname, "../docs");

function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

/**
 * Leaves out what needs machines where this computer cannot have any, and says so.
 * @throws Failure what stands in the way, when nothing else is left
 */
async function possible(chosen: readonly Group[]): Promise<readonly Group[]> {
  const [obstacle] = chosen.some(({ onMachines }) => onMachines) ? await checkComputer() : [];
  if (obstacle === undefined) return chosen;
  const left = chosen.filter(({ onMachines }) => !onMachines);
  if (left.length === 0) throw new Failure(obstacle);
  const names = chosen.filter(({ onMachines }) => onMachines).map(({ name }) => name);
  process.stderr.write(`NOT MEASURED: ${names.join(", ")}\n${renderFailure(obstacle)}\n`);
  return left;
}

async function measure(chosen: readonly Group[], bench: Bench): Promise<readonly Measurement[]> {
  const measured: Measurement[] = [];
  for (const group of chosen) {
    process.stderr.write(`${group.description}\n`);
    measured.push(...(await group.measure(bench)));
  }
  return measured;
}

/** Measures with a folder and a signal that are cleaned up and aborted whatever comes. */
async function measureCleanly(chosen: readonly Group[], options: Options): Promise<readonly Measurement[]> {
  const stopping = new AbortController();
  const folder = await mkdtemp(join(tmpdir(), "fb-"));
  const end = async (): Promise<void> => {
    stopping.abort();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const forget = onSignal(end);
  try {
    const { rounds, machines, cache } = options;
    const command = options.command ?? (await installProduct(join(folder, "product")));
    const peers = await findPeers(cache, stopping.signal);
    const longRounds = Math.ceil(rounds * 0.6);
    const shared = { rounds, longRounds, machines, command, cache, folder, peers };
    return await measure(chosen, { ...shared, signal: stopping.signal, report: progress });
  } finally {
    await end();
    forget();
  }
}

/** @returns the exit code */
async function main(options: Options): Promise<number> {
  if (options.help) process.stdout.write(usage);
  if (options.list)
    process.stdout.write(groups.map(({ name, description }) => `${name.padEnd(14)}${description}\n`).join(""));
  if (options.help || options.list) return 0;
  const chosen = await possible(groups.filter(({ name }) => options.only?.includes(name) ?? true));
  const computer = await describeComputer();
  const load = await lookAtLoad();
  const warning = loadWarning(load, computer.processors);
  if (warning !== undefined) process.stderr.write(`warning: ${warning}\n`);
  const measured = await measureCleanly(chosen, options);
  const rows = measured.map((measurement) => rowOf(measurement));
  if (options.json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else process.stdout.write(`${textTable(measured)}\n`);
  if (options.write) {
    await writeFile(join(docs, "benchmarks.svg"), renderPlot(measured));
    const peers = await findPeers(options.cache, new AbortController().signal);
    await writeFile(
      join(docs, "benchmarks.md"),
      renderPage({ measured, computer, load, peers, options, date: new Date() }),
    );
  }
  const budgeted = rows.filter(({ met }) => met !== null);
  const met = budgeted.filter((row) => row.met === true).length;
  process.stderr.write(`${String(met)} of ${String(budgeted.length)} budgets met\n`);
  return 0;
}

try {
  const known = groups.map(({ name }) => name);
  process.exitCode = await main(readOptions(process.argv.slice(2), known));
} catch (error) {
  process.stderr.write(`${renderFailure(reportOf(error, "measure"))}\n`);
  process.exitCode = 1;
}
