import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StampedEvent } from "../src/engine/event.ts";
import { Failure } from "../src/model/failure.ts";
import type { Json } from "../src/model/json.ts";
import { mastersIn, type Masters } from "./network/masters.ts";
import type { Reach } from "./network/reach.ts";
import { environmentWith, timed, type Timed } from "./timed-command.ts";

/** What became of how many components: `unchanged`, `created`, `updated` … */
export type Counts = Readonly<Record<string, number>>;

/** What the product is measured with. */
export interface ProductOptions {
  readonly command: string;
  /** Command words that bring it into the lab's network. */
  readonly prefix: readonly string[];
  /** A folder of its own, short: a Unix socket's path holds 108 bytes, unix(7). */
  readonly folder: string;
  readonly domain: string;
  readonly reaches: readonly Reach[];
  /** Path of the private key for all machines. */
  readonly key: string;
  readonly cache: string;
  readonly signal: AbortSignal;
}

/** One deployment with the product, run as its users run it. */
export interface Product {
  readonly masters: Masters;
  readonly vector: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Writes the operator's configuration. @param texts what the notices of machines say, where not the usual */
  readonly configure: (texts?: Readonly<Record<string, string>>) => Promise<void>;
  /** Applies and makes sure that this, and nothing else, was done. */
  readonly apply: (expected: Counts) => Promise<Timed>;
}

const config = fileURLToPath(new URL("./deployment/fediversity.config.ts", import.meta.url));

/** Reads how a run ended out of what `--json` prints. */
export function countsOf(stdout: string): Counts {
  const events = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as StampedEvent);
  const last = events.findLast((event) => event.event === "run-finished");
  return last?.event === "run-finished" ? last.counts : {};
}

function same(one: Counts, other: Counts): boolean {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].every(
    (outcome) => (one[outcome] ?? 0) === (other[outcome] ?? 0),
  );
}

/** Prepares a deployment: writes its files and runs nothing. */
export async function openProduct(options: ProductOptions): Promise<Product> {
  const { command, prefix, folder, domain, reaches, key, cache, signal } = options;
  const path = (name: string): string => join(folder, name);
  await mkdir(path("run"), { recursive: true, mode: 0o700 });
  const machines = reaches.map(({ name, address, port, hostKey }) => [
    name,
    { address, port, hostKeys: [hostKey], identityFile: key },
  ]);
  await writeFile(path("machines.json"), JSON.stringify(Object.fromEntries(machines)));
  const files = ["--config", config, "--configuration", path("configuration.json"), "--state", path("state")];
  const more = ["--identity", path("identity"), "--cache", cache, "--json"];
  const vector = [...prefix, command, "apply", "--yes", ...files, ...more];
  const env = environmentWith({ FEDIVERSITY_BENCH_MACHINES: path("machines.json"), XDG_RUNTIME_DIR: path("run") });

  return {
    masters: mastersIn(join(path("run"), `fediversity-${String(process.getuid?.() ?? 0)}`)),
    vector,
    env,
    async configure(texts = {}) {
      const applications = reaches.map(({ name }): [string, Json] => {
        const text = texts[name];
        return [name, { enable: true, ...(text === undefined ? {} : { text }) }];
      });
      const configuration = {
        domain,
        initialUser: { displayName: "Ada Lovelace", username: "ada", email: `ada@${domain}` },
        applications: Object.fromEntries(applications),
      };
      await writeFile(path("configuration.json"), JSON.stringify(configuration));
    },
    async apply(expected) {
      const result = await timed(vector, { env, cwd: folder, signal });
      const found = countsOf(result.stdout);
      if (same(found, expected)) return result;
      throw new Failure({
        code: "bench-work",
        attempted: `apply ${domain}`,
        subject: command,
        found: `it did ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
        next: "A measurement counts only when the work was done: read the events.",
        details: result.stdout.trim().split("\n").slice(-12),
      });
    },
  };
}
