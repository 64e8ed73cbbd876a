import { fileURLToPath } from "node:url";
import { Failure } from "../../src/model/failure.ts";
import type { StampedEvent } from "../../src/engine/event.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import type { TestMachine } from "../driver/test-machine.ts";

/** Where the hosting provider's files are on the deployer. */
export const project = "/root/provider";

/** Options of the probes, by machine. */
export interface Wanted {
  readonly hello?: Record<string, unknown> | undefined;
  readonly cowsay?: Record<string, unknown> | undefined;
}

/** How a command of the product is run on the deployer. */
export interface FediversityOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Called with each event as it happens; only with `--json`. */
  readonly onEvent?: ((event: StampedEvent) => void) | undefined;
  readonly timeout?: number | undefined;
}

/** The machine on which the product is installed and runs. */
export interface Deployer {
  readonly machine: TestMachine;
  /** Writes the operator's configuration. */
  configure(wanted: Wanted): Promise<void>;
  /** Runs a command of the product to its end, whatever that is. */
  run(args: readonly string[], options?: FediversityOptions): Promise<RunResult>;
  /** Runs a command that must end with this exit code; 0 when not given. */
  expect(args: readonly string[], code?: number, options?: FediversityOptions): Promise<RunResult>;
  /** Applies and gives the events. */
  apply(code?: number, options?: FediversityOptions): Promise<readonly StampedEvent[]>;
}

/** A password that must be found only where it belongs. */
export const canary = "canary-Zx7-operator-password";

/** The events that `--json` printed, one a line. */
export function parseEvents(stdout: string): readonly StampedEvent[] {
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as StampedEvent);
}

/** Puts the hosting provider's files onto the deployer. */
export async function prepareDeployer(machine: TestMachine, privateKey: string): Promise<Deployer> {
  await machine.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  await machine.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await machine.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await machine.writeFile("/root/.ssh/id_ed25519", privateKey, 0o600);
  const command = "/opt/fediversity/node_modules/.bin/fediversity";

  const deployer: Deployer = {
    machine,
    async configure({ hello = {}, cowsay = {} }) {
      const configuration = {
        domain: "example.org",
        initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org", password: canary },
        applications: {
          hello: { enable: true },
          cowsay: { enable: true },
          "probe-hello": { enable: true, ...hello },
          "probe-cowsay": { enable: true, ...cowsay },
        },
      };
      await machine.writeFile(`${project}/configuration.json`, JSON.stringify(configuration, undefined, 2), 0o600);
    },
    async run(args, options = {}) {
      return await machine.execute(["sh", "-c", 'cd "$0" && exec "$@"', project, command, ...args], {
        env: { HOME: "/root", TERM: "dumb", ...options.env },
        timeout: options.timeout ?? 120_000,
        onLine: (line) => {
          if (options.onEvent !== undefined && line.startsWith("{")) options.onEvent(JSON.parse(line) as StampedEvent);
        },
      });
    },
    async expect(args, code = 0, options = {}) {
      const result = await deployer.run(args, options);
      if (result.code === code) return result;
      throw new Failure({
        code: "check-command",
        attempted: `run fediversity ${args.join(" ")} on the deployer`,
        subject: "deployer",
        found: `it ended with exit code ${String(result.code)}, not ${String(code)}`,
        next: "Read what it printed.",
        details: `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-30),
      });
    },
    async apply(code = 0, options = {}) {
      return parseEvents((await deployer.expect(["apply", "--yes", "--json"], code, options)).stdout);
    },
  };
  return deployer;
}

/** What became of each component in a run. */
export function outcomes(events: readonly StampedEvent[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    events.flatMap((event): [string, string][] => {
      if (event.event === "component-finished" && event.outcome !== "planned")
        return [[event.component, event.outcome]];
      if (event.event === "component-failed") return [[event.component, `failed: ${event.report.code}`]];
      return [];
    }),
  );
}
