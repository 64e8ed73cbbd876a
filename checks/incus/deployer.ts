import { fileURLToPath } from "node:url";
import type { StampedEvent } from "../../src/engine/event.ts";
import { Failure } from "../../src/model/failure.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import { parseEvents } from "../basic/deployer.ts";
import type { SshKey } from "../../src/providers/local-machine/host-key.ts";
import type { TestMachine } from "../driver/test-machine.ts";

/** Where the hosting provider's files are on the deployer. */
export const project = "/root/provider";

/** The password of every first account. */
export const password = "canary-Kq4-operator-password";

/** What the deployer needs to know of the cluster. */
export interface Reached {
  readonly addresses: readonly string[];
  readonly fingerprint: string;
  readonly project: string;
}

/** The machine on which the product is installed and runs. */
export interface Deployer {
  readonly machine: TestMachine;
  /** Writes what an operator wants: a domain, and names of applications. */
  readonly configure: (domain: string, applications: readonly string[]) => Promise<void>;
  /** Changes what the hosting provider's policy says besides, by member, and which applications there are besides. */
  readonly policy: (policy: object, sites?: readonly string[]) => Promise<void>;
  readonly run: (domain: string, args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<RunResult>;
  /** Runs a command that must end with this exit code; 0 when not given. */
  readonly expect: (domain: string, args: readonly string[], code?: number) => Promise<RunResult>;
  /** Applies, and gives the events and the requests to the cluster, as `METHOD /path`. */
  readonly apply: (domain: string) => Promise<{ events: readonly StampedEvent[]; requests: readonly string[] }>;
}

/** Gives the deployer a certificate of its own. @returns the certificate, for the cluster to trust */
export async function makeCertificate(machine: TestMachine): Promise<string> {
  await machine.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  const subject = ["-subj", "/CN=deployer", "-days", "30"];
  const files = ["-keyout", `${project}/client.key`, "-out", `${project}/client.crt`];
  const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  await machine.succeed(["openssl", "req", "-x509", ...algorithm, ...subject, ...files]);
  return await machine.readFile(`${project}/client.crt`);
}

/** Puts the hosting provider's files onto the deployer. */
export async function prepareDeployer(machine: TestMachine, reached: Reached, key: SshKey): Promise<Deployer> {
  const policy: Deployer["policy"] = (more, sites = []) =>
    machine.writeFile(
      `${project}/lab.json`,
      JSON.stringify({ ...reached, authorizedKey: key.publicKey, policy: more, sites }),
    );
  await machine.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await machine.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await machine.writeFile("/root/.ssh/id_ed25519", key.privateKey, 0o600);
  await policy({});
  const command = "/opt/fediversity/node_modules/.bin/fediversity";
  const run: Deployer["run"] = (domain, args, env = {}) =>
    machine.execute(["sh", "-c", 'cd "$0" && exec "$@"', project, command, ...args, "-c", `${domain}.json`], {
      env: { HOME: "/root", TERM: "dumb", ...env },
      timeout: 300_000,
    });
  const checked = (args: readonly string[], code: number, result: RunResult): RunResult => {
    if (result.code === code) return result;
    throw new Failure({
      code: "check-command",
      attempted: `run fediversity ${args.join(" ")} on the deployer`,
      subject: "deployer",
      found: `it ended with exit code ${String(result.code)}, not ${String(code)}`,
      next: "Read what it printed.",
      details: `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-30),
    });
  };
  return {
    machine,
    policy,
    run,
    async configure(domain, applications) {
      const initialUser = { displayName: "Ada Lovelace", username: "ada", email: `ada@${domain}`, password };
      const enabled = Object.fromEntries(applications.map((name) => [name, { enable: true }]));
      const configuration = { domain, initialUser, applications: enabled };
      await machine.writeFile(`${project}/${domain}.json`, JSON.stringify(configuration), 0o600);
    },
    expect: async (domain, args, code = 0) => checked(args, code, await run(domain, args)),
    async apply(domain) {
      const args = ["apply", "--yes", "--json"];
      await machine.writeFile("/root/requests", "");
      const env = { NODE_OPTIONS: `--import=${project}/count-requests.ts`, REQUESTS: "/root/requests" };
      const { stdout } = checked(args, 0, await run(domain, args, env));
      const requests = (await machine.readFile("/root/requests")).split("\n").filter((line) => line !== "");
      return { events: parseEvents(stdout), requests };
    },
  };
}
