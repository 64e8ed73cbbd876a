import { fileURLToPath } from "node:url";
import { Failure, type FailureReport } from "../../src/model/failure.ts";
import type { StampedEvent } from "../../src/engine/event.ts";
import { until } from "../../src/providers/local-machine/until.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import { outcomes, parseEvents } from "../basic/deployer.ts";
import type { TestMachine } from "../driver/test-machine.ts";

export { outcomes };

/** Where the hosting provider's files are on the deployer. */
export const project = "/root/provider";

/** Where the deployer keeps images. */
export const imageStore = "/var/cache/fediversity/oci";

/** An operator: a domain, and the environment that the hosting provider has for it. */
export interface Operator {
  readonly domain: string;
  readonly environment: "apart" | "together" | "other";
}

/** The operator whose applications have a machine each. */
export const ada: Operator = { domain: "example.org", environment: "apart" };
/** Another one, with snac alone. */
export const bob: Operator = { domain: "example.net", environment: "other" };
/** One who has everything on one machine. */
export const carol: Operator = { domain: "example.com", environment: "together" };

/** Options by application. */
export type Applications = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The machine on which the product is installed and runs. */
export interface Deployer {
  readonly machine: TestMachine;
  /** Writes the configuration; the first accounts have the scene's password where none is given. */
  readonly configure: (operator: Operator, applications: Applications, password?: string) => Promise<void>;
  /** Runs a command of the product for an operator to its end, whatever that is. */
  readonly run: (
    operator: Operator,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<RunResult>;
  /** Runs a command that must end with this exit code; 0 when not given. */
  readonly expect: (operator: Operator, args: readonly string[], code?: number) => Promise<RunResult>;
  /** Waits until `status` says that all is healthy, as after a start. */
  readonly waitUntilHealthy: (operator: Operator) => Promise<void>;
  /** Applies and gives the events. */
  readonly apply: (
    operator: Operator,
    code?: number | "failure",
    env?: Readonly<Record<string, string>>,
  ) => Promise<readonly StampedEvent[]>;
}

/** Puts the hosting provider's files onto the deployer. */
export async function prepareDeployer(
  machine: TestMachine,
  options: { readonly privateKey: string; readonly dnsKey: string; readonly password: string; readonly lab: object },
): Promise<Deployer> {
  await machine.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  await machine.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await machine.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await machine.writeFile(`${project}/dns.key`, `${options.dnsKey}\n`, 0o600);
  await machine.writeFile(`${project}/lab.json`, JSON.stringify(options.lab));
  await machine.writeFile("/root/.ssh/id_ed25519", options.privateKey, 0o600);
  const command = "/opt/fediversity/node_modules/.bin/fediversity";

  const run: Deployer["run"] = ({ domain, environment }, args, env = {}) =>
    machine.execute(
      [
        ...["sh", "-c", 'cd "$0" && exec "$@"', project, command, ...args],
        ...["-c", `${domain}.json`, "-e", environment, "--accept-new-host-keys"],
      ],
      { env: { HOME: "/root", TERM: "dumb", ...env }, timeout: 400_000 },
    );
  const checked = async (args: readonly string[], code: number | "failure", result: RunResult): Promise<RunResult> => {
    if (result.code === code || (code === "failure" && result.code !== 0)) return result;
    const output = `${result.stdout}\n${result.stderr}`.trim().split("\n");
    throw new Failure({
      code: "check-command",
      attempted: `run fediversity ${args.join(" ")} on the deployer`,
      subject: "deployer",
      found: `it ended with exit code ${String(result.code)}, as it should (${String(code)})`,
      next: "Read what it printed.",
      details: output.slice(-20).map((line) => line.slice(0, 3000)),
    });
  };
  return {
    machine,
    run,
    async configure({ domain }, applications, password = options.password) {
      const initialUser = { displayName: "Ada Lovelace", username: "ada", email: `ada@${domain}`, password };
      const enabled = Object.entries(applications).map(([name, more]) => [name, { enable: true, ...more }]);
      const configuration = { domain, initialUser, applications: Object.fromEntries(enabled) as object };
      await machine.writeFile(`${project}/${domain}.json`, JSON.stringify(configuration, undefined, 2), 0o600);
    },
    expect: async (operator, args, code = 0) => checked(args, code, await run(operator, args)),
    async waitUntilHealthy(operator) {
      let last: RunResult | undefined;
      const look = async (): Promise<true | undefined> => {
        last = await run(operator, ["status"]);
        return last.code === 0 ? true : undefined;
      };
      if ((await until(look, { timeout: 60_000, interval: 500 })) !== true && last !== undefined) {
        await checked(["status"], 0, last);
      }
    },
    async apply(operator, code = 0, env = {}) {
      const args = ["apply", "--yes", "--json"];
      return parseEvents((await checked(args, code, await run(operator, args, env))).stdout);
    },
  };
}

/** The report of what failed, of one component. */
export function reportIn(events: readonly StampedEvent[], component: string): FailureReport {
  for (const event of events)
    if (event.event === "component-failed" && event.component === component) return event.report;
  throw new Failure({
    code: "check-report",
    attempted: `find why ${component} failed`,
    found: "it did not fail",
    next: "Read what the run printed.",
    details: events.slice(-10).map((event) => JSON.stringify(event).slice(0, 400)),
  });
}
