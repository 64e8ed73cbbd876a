import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { openDatabase } from "../../src/panel/database/database.ts";
import { runsOf } from "../../src/panel/runs/run-store.ts";
import { configurationsOf } from "../../src/panel/configurations/configuration-store.ts";
import { Failure } from "../../src/model/failure.ts";
import type { Bench, Group } from "../bench.ts";
import type { Measurement } from "../measurement.ts";
import { openClient } from "../panel/client.ts";
import { databaseKinds, type BenchDatabase } from "../panel/databases.ts";
import { lookHome } from "../panel/home-page.ts";
import { startPanelProcess, type PanelProcess } from "../panel/panel-process.ts";
import { populate, type Visitor } from "../panel/population.ts";
import { watch, type Seen, type Watcher } from "../panel/streams.ts";
import { parallel } from "../panel/surroundings.ts";
import { percentile } from "../samples.ts";

/** Seconds of one round. */
const roundSeconds = 20;
const warmUpSeconds = 10;
/** Open at the same time. */
const streams = 200;
/** Seconds in which the memory is looked at, without streams and with them. */
const watchSeconds = 20;

interface Place {
  readonly bench: Bench;
  readonly folder: string;
  readonly database: BenchDatabase;
  readonly visitors: readonly Visitor[];
}

/** Runs the panel while something is measured, and ends it in any case. */
async function withPanel<Result>(
  { bench, folder, database }: Place,
  work: (panel: PanelProcess) => Promise<Result>,
): Promise<Result> {
  const panel = await startPanelProcess({ folder, location: database.location, signal: bench.signal });
  try {
    return await work(panel);
  } finally {
    await panel.stop();
  }
}

async function measureHome(place: Place): Promise<readonly Measurement[]> {
  const { bench, database, visitors } = place;
  const rounds = await withPanel(place, async ({ origin }) => {
    const client = openClient(origin);
    const { signal } = bench;
    const taken: (readonly number[])[] = [];
    try {
      await lookHome({ client, visitors, seconds: warmUpSeconds, seed: 1000, signal });
      for (let round = 1; round <= bench.longRounds; round += 1) {
        bench.report(`home page on ${database.name}: round ${String(round)} of ${String(bench.longRounds)}`);
        taken.push(await lookHome({ client, visitors, seconds: roundSeconds, seed: round, signal }));
      }
    } finally {
      client.close();
    }
    return taken;
  });
  const name = `home page at 50 requests/s, 1,000 operators with 3,000 deployments, ${database.name}`;
  return [50, 95, 99].map((hundredths) => ({
    name: `${name}, ${hundredths === 50 ? "median" : `${String(hundredths)}th percentile`}`,
    unit: "ms",
    ours: rounds.map((durations) => percentile(durations, hundredths)),
    budget: hundredths === 95 ? { kind: "at-most", most: 100 } : undefined,
  }));
}

/** Has deployments wait for the next start of the panel, and gives everybody who will watch them. */
async function enqueue({ database, visitors }: Place): Promise<readonly Watcher[]> {
  const { queries, close } = await openDatabase(database.location);
  try {
    const watchers: Watcher[] = [];
    for (const { operator, session } of visitors.slice(0, parallel)) {
      const configuration = (await configurationsOf(queries, operator, Date.now).list()).find(({ domain }) =>
        domain.startsWith("place-0."),
      );
      if (configuration === undefined) throw new TypeError(`${operator} has nothing to deploy`);
      const run = await runsOf(queries, operator, Date.now).request(configuration, { by: "ada", purge: false });
      for (let watcher = 0; watcher < streams / parallel; watcher += 1)
        watchers.push({ operator, session, run: run.id });
    }
    return watchers;
  } finally {
    await close();
  }
}

/** The greatest memory of the panel in the next seconds, in megabytes. */
async function greatestMemory({ memory }: PanelProcess, signal: AbortSignal): Promise<number> {
  let greatest = 0;
  for (let passed = 0; passed < watchSeconds; passed += 0.5) {
    greatest = Math.max(greatest, memory());
    await setTimeout(500, undefined, { signal });
  }
  return greatest / 1e6;
}

async function measureStreams(place: Place): Promise<readonly Measurement[]> {
  const { bench, database } = place;
  const watchers = await enqueue(place);
  const seen: Seen = { changes: 0, delays: [] };
  const grown = await withPanel(place, async (panel) => {
    const client = openClient(panel.origin);
    const closing = new AbortController();
    const signal = AbortSignal.any([bench.signal, closing.signal]);
    try {
      bench.report(`streams on ${database.name}: none`);
      await lookHome({ client, visitors: place.visitors, seconds: warmUpSeconds, seed: 1000, signal });
      const before = await greatestMemory(panel, signal);
      bench.report(`streams on ${database.name}: ${String(streams)}`);
      const watching = Promise.all(watchers.map((watcher) => watch(client, watcher, { seen, signal })));
      const greatest = await Promise.race([greatestMemory(panel, signal), watching.then(() => undefined)]);
      closing.abort();
      await watching;
      if (greatest !== undefined && seen.changes > watchers.length * 2) return greatest - before;
      throw new Failure({
        code: "bench-work",
        attempted: "watch deployments",
        found: `${String(seen.changes)} changes were seen, and ${String(seen.delays.length)} lines`,
        next: "A measurement counts only when the work was done.",
      });
    } finally {
      closing.abort();
      client.close();
    }
  });
  const name = `${String(streams)} open streams of ${String(parallel)} deployments that say something every second`;
  return [
    {
      name: `memory of ${name}, ${database.name}`,
      unit: "MB",
      ours: [grown],
      budget: { kind: "at-most", most: 100 },
    },
    {
      name: `from the event to the line in the browser, 95th percentile, ${name}, ${database.name}`,
      unit: "ms",
      ours: [percentile(seen.delays, 95)],
    },
  ];
}

async function fill({ location }: BenchDatabase): Promise<readonly Visitor[]> {
  const { queries, close } = await openDatabase(location);
  try {
    return await populate(queries, Date.now());
  } finally {
    await close();
  }
}

/** FediPanel with many operators, in a process of its own, asked by another over HTTP. */
export const panel: Group = {
  name: "panel",
  description: "FediPanel with 1,000 operators and 3,000 deployments",
  onMachines: false,
  async measure(bench) {
    const measured: Measurement[] = [];
    for (const { name, lacking, start } of databaseKinds) {
      if (lacking !== undefined) {
        bench.report(`NOT MEASURED on ${name}: ${lacking}`);
        continue;
      }
      const folder = join(bench.folder, `panel-${name}`);
      await mkdir(folder, { mode: 0o700 });
      const database = await start(folder);
      try {
        bench.report(`filling ${name}`);
        const place = { bench, folder, database, visitors: await fill(database) };
        measured.push(...(await measureHome(place)), ...(await measureStreams(place)));
      } finally {
        await database.stop();
      }
    }
    return measured;
  },
};
