import { fileURLToPath } from "node:url";
import { randomBytes } from "node:crypto";
import { Failure } from "../../src/model/failure.ts";
import type { StampedEvent } from "../../src/engine/event.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import { parseEvents } from "../basic/deployer.ts";
import { installProduct } from "../basic/product.ts";
import type { Vm } from "../doubles/proxmox/cluster.ts";
import type { Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { setUpCluster, type ClusterInLab } from "./cluster-in-lab.ts";

/** Where the hosting provider's files are on the deployer. */
export const project = "/root/provider";
/** The size that machines have at first. */
export const firstSize = { cores: 1, memory: 1024, disk: 4 };

/** What every step of the check works with. */
export interface Scene extends ClusterInLab {
  readonly lab: Lab;
  readonly deployer: TestMachine;
  /** The token's secret, which must be nowhere but in its file. */
  readonly secret: string;
  /** Sets the policy for sizes. */
  readonly policy: (size: typeof firstSize) => Promise<void>;
  /** Runs a command of the product for an operator to its end, whatever that is. */
  readonly run: (domain: string, args: readonly string[], env?: Readonly<Record<string, string>>) => Promise<RunResult>;
  /** Runs a command that must end with this exit code; 0 when not given. */
  readonly expect: (domain: string, args: readonly string[], code?: number) => Promise<RunResult>;
  /** Applies and gives the events. */
  readonly apply: (domain: string, code?: number) => Promise<readonly StampedEvent[]>;
  /** The machines that were made, without the template. */
  readonly machines: () => readonly Vm[];
}

function configurationOf(domain: string): string {
  const initialUser = { displayName: "Ada Lovelace", username: "ada", email: `ada@${domain}` };
  return JSON.stringify({ domain, initialUser, applications: { snac: { enable: true } } });
}

/** Sets the scene: a deployer, and a cluster in its network. */
export async function setScene(lab: Lab, domains: readonly string[]): Promise<Scene> {
  const product = await installProduct();
  const deployer = lab.machine("deployer", {
    packages: ["openssh-client", "curl"],
    binds: [{ source: product.folder, target: "/opt/fediversity", readOnly: true }],
  });
  await lab.start();
  await lab.archive(deployer);
  const token = { id: "fediversity@pve!deployer", secret: `canary-${randomBytes(12).toString("hex")}` };
  const inLab = await setUpCluster(lab, deployer, token);
  const { endpoint, fingerprint, cluster } = inLab;
  await deployer.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  await deployer.copyFromHost(
    fileURLToPath(new URL("../basic/provider/kill-at-line.ts", import.meta.url)),
    `${project}/kill-at-line.ts`,
  );
  await deployer.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await deployer.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await deployer.writeFile(`${project}/proxmox.token`, `${token.secret}\n`, 0o600);
  await deployer.writeFile("/root/.ssh/id_ed25519", lab.key.privateKey, 0o600);
  for (const domain of domains) await deployer.writeFile(`${project}/${domain}.json`, configurationOf(domain), 0o600);
  const command = "/opt/fediversity/node_modules/.bin/fediversity";
  const run: Scene["run"] = (domain, args, env = {}) =>
    deployer.execute(["sh", "-c", 'cd "$0" && exec "$@"', project, command, ...args, "-c", `${domain}.json`], {
      env: { HOME: "/root", TERM: "dumb", ...env },
      timeout: 300_000,
    });
  const expect: Scene["expect"] = async (domain, args, code = 0) => {
    const result = await run(domain, args);
    if (result.code === code) return result;
    throw new Failure({
      code: "check-command",
      attempted: `run fediversity ${args.join(" ")} on the deployer`,
      subject: "deployer",
      found: `it ended with exit code ${String(result.code)}, not ${String(code)}`,
      next: "Read what it printed.",
      details: `${result.stdout}\n${result.stderr}`
        .trim()
        .split("\n")
        .slice(-25)
        .map((line) => line.slice(0, 2000)),
    });
  };
  const policy: Scene["policy"] = (size) =>
    deployer.writeFile(
      `${project}/lab.json`,
      JSON.stringify({ endpoint, fingerprint, token: token.id, publicKey: lab.key.publicKey, size }),
    );
  await policy(firstSize);
  return {
    ...inLab,
    lab,
    deployer,
    secret: token.secret,
    policy,
    run,
    expect,
    apply: async (domain, code = 0) => parseEvents((await expect(domain, ["apply", "--yes", "--json"], code)).stdout),
    machines: () => [...cluster.vms.values()].filter(({ config }) => config["template"] !== "1"),
    async close() {
      await inLab.close();
      await product.remove();
    },
  };
}
