import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../src/model/failure.ts";
import { run } from "../../src/providers/process/run.ts";
import type { Reach } from "../network/reach.ts";
import { environmentWith, timed, type Timed } from "../timed-command.ts";

/** The version that is measured. */
export const pyinfraVersion = "3.10.0";

const program = (file: string): string => fileURLToPath(new URL(`./pyinfra/${file}`, import.meta.url));

/**
 * Installs pyinfra into a folder of the cache, or finds it there.
 * @returns the path of its command, or why there is none
 */
export async function installPyinfra(
  cache: string,
  signal: AbortSignal,
): Promise<{ readonly command: string } | { readonly missing: string }> {
  const folder = join(cache, "bench", `pyinfra-${pyinfraVersion}`);
  const command = join(folder, "bin/pyinfra");
  const present = await access(command).then(
    () => true,
    () => false,
  );
  if (present) return { command };
  await mkdir(join(cache, "bench"), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  const steps = [
    { vector: ["python3", "-m", "venv", folder], missing: "python3 cannot make a virtual environment" },
    {
      vector: [join(folder, "bin/pip"), "install", "--quiet", "--retries", "1", `pyinfra==${pyinfraVersion}`],
      missing: `pip cannot install pyinfra ${pyinfraVersion} from the Python package index`,
    },
  ];
  for (const { vector, missing } of steps) {
    const [name = "", ...args] = vector;
    const result = await run(name, args, { timeout: 300_000, signal }).catch((error: unknown) => {
      if (error instanceof Failure) return undefined;
      throw error;
    });
    if (result?.code === 0) continue;
    await rm(folder, { recursive: true, force: true });
    return { missing };
  }
  return { command };
}

/** pyinfra on some machines. It keeps no connections from one run to the next. */
export interface Pyinfra {
  /** Runs its one operation and makes sure that it changed nothing. */
  readonly deploy: () => Promise<Timed>;
}

/** Prepares pyinfra: writes its files and runs nothing. */
export async function openPyinfra(options: {
  readonly command: string;
  readonly prefix: readonly string[];
  readonly folder: string;
  readonly reaches: readonly Reach[];
  readonly key: string;
  /** A known_hosts file with the machines' addresses. */
  readonly knownHosts: string;
  readonly packages: (name: string) => readonly string[];
  readonly signal: AbortSignal;
}): Promise<Pyinfra> {
  const { command, prefix, folder, reaches, key, knownHosts, packages, signal } = options;
  await mkdir(folder, { recursive: true });
  const file = join(folder, "machines.json");
  const machines = reaches.map(({ name, address, port }) => ({
    // A name in its own right for each, since a relay has one address for all.
    address: name,
    data: {
      ssh_hostname: address,
      ssh_port: port,
      ssh_user: "root",
      ssh_key: key,
      ssh_known_hosts_file: knownHosts,
      ssh_strict_host_key_checking: "yes",
      ssh_allow_agent: false,
      packages: packages(name),
    },
  }));
  await writeFile(file, JSON.stringify(machines));
  const env = environmentWith({ FEDIVERSITY_BENCH_PYINFRA: file });
  return {
    async deploy() {
      const vector = [...prefix, command, "--yes", program("inventory.py"), program("deploy.py")];
      const result = await timed(vector, { env, cwd: folder, signal });
      const said = `${result.stdout}\n${result.stderr}`;
      if (unchangedIn(said) === reaches.length) return result;
      throw new Failure({
        code: "bench-work",
        attempted: "deploy with pyinfra",
        subject: command,
        found: "it did not say of each machine that nothing had to be changed",
        next: "A measurement counts only when the work was done: read what it printed.",
        details: said.trim().split("\n").slice(-30),
      });
    },
  };
}

/** On how many machines pyinfra found nothing to do. Pure. */
export function unchangedIn(said: string): number {
  return [...said.matchAll(/No changes\b/g)].length;
}
