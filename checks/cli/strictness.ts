import assert from "node:assert/strict";
import type { Mutation } from "../doubles/double-image.ts";
import { mutations as mastodonMutations } from "../doubles/mastodon/mastodon.contract.ts";
import { caseScript, faultOf, type Case } from "../doubles/mutation-case.ts";
import { mutations as peertubeMutations } from "../doubles/peertube/peertube.contract.ts";
import { mutations as pixelfedMutations } from "../doubles/pixelfed/pixelfed.contract.ts";
import { ada } from "./deployer.ts";
import { environmentOf, imageOf, runCases } from "./run-cases.ts";
import type { Scene } from "./scene.ts";
import { brokenStorage } from "./storage-cases.ts";

/** A process that a contract's mutations name. */
interface Process {
  /** The deployed container whose arguments, files and variables it has. */
  readonly container: string;
  /** In place of the image's own command. */
  readonly command?: readonly string[];
  /** Variables besides those of the deployed container. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What says that it serves: a shell's command; a process without it ends by itself. */
  readonly ready?: string;
  /** False where the unbroken process would change what is deployed, or cannot be had. */
  readonly control?: false;
}

interface Subject {
  readonly name: "mastodon" | "peertube" | "pixelfed";
  /** What must not run meanwhile: it has the ports, and the queue that only one process may have. */
  readonly units: readonly string[];
  readonly mutations: readonly Mutation[];
  readonly processes: Readonly<Record<string, Process>>;
}

const answers = (port: number): string =>
  `curl --silent --max-time 1 --output /dev/null http://127.0.0.1:${String(port)}/`;

const says = (words: string): string => `grep --quiet "${words}" "\${0%.ready}.out"`;

/** A database of PeerTube that no server has touched. */
const fresh = "peertube_mutations";

const subjects: readonly Subject[] = [
  {
    name: "mastodon",
    units: ["mastodon-web.service", "mastodon-sidekiq.service", "mastodon-streaming.service"],
    mutations: mastodonMutations,
    processes: {
      migrate: { container: "mastodon-web", command: ["bundle", "exec", "rake", "db:migrate"] },
      web: {
        container: "mastodon-web",
        command: ["bundle", "exec", "puma", "-C", "config/puma.rb"],
        ready: answers(3000),
      },
      sidekiq: {
        container: "mastodon-sidekiq",
        command: ["bundle", "exec", "sidekiq"],
        ready: "test -e /opt/mastodon/tmp/sidekiq_process_has_started_and_will_begin_processing_jobs",
      },
      streaming: { container: "mastodon-streaming", ready: answers(4000) },
    },
  },
  {
    name: "peertube",
    units: ["peertube-server.service"],
    mutations: peertubeMutations,
    processes: {
      "server-again": { container: "peertube-server", ready: answers(9000) },
      // Last, as its control migrates the fresh database.
      server: { container: "peertube-server", environment: { PEERTUBE_DB_NAME: fresh }, ready: answers(9000) },
      "peertube-8.4": {
        container: "peertube-server",
        command: ["node", "dist/scripts/migrations/peertube-8.4.js"],
        control: false,
      },
      "reset-password": {
        container: "peertube-server",
        command: ["npm", "run", "reset-password", "--", "-u", "root"],
        control: false,
      },
    },
  },
  {
    name: "pixelfed",
    units: ["pixelfed-web.service", "pixelfed-worker.service", "pixelfed-scheduler.service"],
    mutations: pixelfedMutations,
    processes: {
      migrate: { container: "pixelfed-web", command: ["php", "artisan", "migrate", "--force"] },
      web: { container: "pixelfed-web", ready: answers(8080) },
      horizon: { container: "pixelfed-worker", command: ["php", "artisan", "horizon"], ready: says("Horizon started") },
      schedule: {
        container: "pixelfed-scheduler",
        command: ["php", "artisan", "schedule:work"],
        ready: says("Running scheduled tasks"),
      },
    },
  },
];

/** Breaks each input of an application once. @returns what was not refused as it should be */
async function faultsOf(scene: Scene, { name, mutations, processes }: Subject): Promise<readonly string[]> {
  const machine = scene.targets[name];
  const faults: string[] = [];
  for (const [process, { container, command, environment = {}, ready, control }] of Object.entries(processes)) {
    const image = await imageOf(machine, container);
    const deployed = await environmentOf(machine, container);
    const program = [...image.entrypoint, ...(command ?? image.command)];
    const unbroken = { ...deployed, ...environment };
    const broken = mutations.filter((mutation) => mutation.process === process);
    const cases: Case[] = broken.map(({ description, env, refusal }) => ({
      name: `${name} ${process}, ${description}`,
      refusal,
      script: caseScript({ ...unbroken, ...env }, program),
    }));
    if (control !== false) {
      const script = caseScript(unbroken, program);
      cases.push({ name: `${name} ${process}, nothing broken`, refusal: undefined, script, ready });
    }
    const results = await runCases(scene.lab, machine, { container, image, cases });
    for (const [index, one] of cases.entries()) {
      const result = results[index];
      const fault = result === undefined ? `${one.name}: was not tried` : faultOf(one, result, deployed);
      if (fault !== undefined) faults.push(fault);
    }
  }
  return faults;
}

/** The doubles refuse whatever is broken in what the deployment hands to them, and accept what is not. */
export async function strictness(scene: Scene): Promise<void> {
  const { lab, deployer, targets } = scene;
  if (scene.images.kind === "upstream") {
    process.stdout.write("  official images are what they are: the strictness of doubles is not proved\n");
    return;
  }
  const sql = (statement: string): Promise<string> =>
    targets.database.succeed([
      ...["runuser", "-u", "postgres", "--", "psql", "--no-psqlrc", "--quiet", "--host=/run/postgresql-server"],
      ...["--command", statement],
    ]);
  await sql(`CREATE DATABASE ${fresh} OWNER peertube_db`);
  await Promise.all(
    subjects.map(async (subject) => {
      const { name, units, mutations } = subject;
      await lab.subtest(
        `the double of ${name} refuses each of ${String(mutations.length)} broken inputs by name`,
        async () => {
          await targets[name].succeed(["systemctl", "stop", ...units]);
          try {
            const found = [
              ...(await faultsOf(scene, subject)),
              ...(name === "pixelfed" ? await brokenStorage(scene) : []),
            ];
            assert.deepEqual(found, []);
          } finally {
            await targets[name].succeed(["systemctl", "start", ...units]);
          }
        },
      );
    }),
  );
  await sql(`DROP DATABASE ${fresh} WITH (FORCE)`);
  await deployer.waitUntilHealthy(ada);
}
