import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../../src/model/failure.ts";
import type { StampedEvent } from "../../src/engine/event.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import { parseEvents, project } from "../basic/deployer.ts";
import { installProduct } from "../basic/product.ts";
import { garageProgram, hasRealGarage, type imageOptions } from "../cli/images.ts";
import { registryPackages, setUpRegistry } from "../cli/surroundings/registry.ts";
import { buildImage } from "../doubles/build-image.ts";
import { garageImage } from "../doubles/garage/image.ts";
import { realGarage } from "../doubles/garage/real-garage.ts";
import type { Chosen } from "../driver/check.ts";
import { defaultCache, type Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";

/** The machines that keep objects. */
export const nodeNames = ["objects-a", "objects-b", "objects-c"] as const;
export type NodeName = (typeof nodeNames)[number];

/** What the hosting provider's policy says. */
export interface Wanted {
  /** Where applications and the public reach the objects. */
  readonly entry: NodeName;
  readonly nodes: Readonly<Record<NodeName, { readonly zone?: string; readonly capacity?: number }>>;
  readonly more?: boolean;
}

/** What every step of the check works with. */
export interface Scene {
  readonly lab: Lab;
  readonly deployer: TestMachine;
  readonly nodes: Readonly<Record<NodeName, TestMachine>>;
  /** Whether it is Garage itself, and not its double. */
  readonly real: boolean;
  readonly want: (wanted: Wanted) => Promise<void>;
  /** Runs a command of the product that must end with this exit code; 0 when not given. */
  readonly run: (args: readonly string[], code?: number) => Promise<RunResult>;
  readonly apply: (code?: number) => Promise<readonly StampedEvent[]>;
  readonly close: () => Promise<void>;
}

/** The machines of a lab have no pids controller: a property of the lab alone. */
const withoutPids = { path: "/etc/containers/containers.conf.d/lab.conf", content: "[containers]\npids_limit=0\n" };

/** What the product would install first: that it does is proved elsewhere, and three times the same takes long. */
const packages = ["podman", "crun", "netavark", "nftables", "curl", "jq"];

/** Sets the scene: a deployer with Garage's image, and three machines without the internet. */
export async function setScene(lab: Lab, chosen: Chosen<Pick<typeof imageOptions, "garage">>): Promise<Scene> {
  const real = await hasRealGarage(chosen.garage);
  process.stdout.write(`  garage: ${real ? `the real one, ${garageProgram}` : "its double"}\n`);
  const version = "2.4.1";
  const building = buildImage(
    real ? await realGarage(garageProgram) : garageImage,
    { version },
    { cache: defaultCache },
  );
  const [product, { folder }] = await Promise.all([installProduct(), building]);
  const doubles = join(defaultCache, "doubles");
  await mkdir(doubles, { recursive: true });
  const deployer = lab.machine("deployer", {
    packages: ["openssh-client", "skopeo", "curl", ...registryPackages],
    binds: [
      { source: product.folder, target: "/opt/fediversity", readOnly: true },
      { source: doubles, target: doubles, readOnly: true },
    ],
  });
  const nodes = Object.fromEntries(
    nodeNames.map((name) => [name, lab.machine(name, { containers: true, files: [withoutPids], packages })]),
  ) as Scene["nodes"];
  await lab.start();
  await lab.archive(deployer);
  const registry = await setUpRegistry(deployer);
  await registry.push(folder, `${garageImage.name}:v${version}`);
  await deployer.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  await deployer.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await deployer.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await deployer.writeFile("/root/.ssh/id_ed25519", lab.key.privateKey, 0o600);

  const machines = Object.fromEntries(nodeNames.map((name) => [name, nodes[name].address]));
  const command = "/opt/fediversity/node_modules/.bin/fediversity";
  const run: Scene["run"] = async (args, code = 0) => {
    const shell = ["sh", "-c", 'cd "$0" && exec "$@"', project, command, ...args];
    const env = { HOME: "/root", TERM: "dumb" };
    const result = await deployer.execute([...shell, "--accept-new-host-keys"], { env, timeout: 300_000 });
    if (result.code === code) return result;
    throw new Failure({
      code: "check-command",
      attempted: `run fediversity ${args.join(" ")} on the deployer`,
      subject: "deployer",
      found: `it ended with exit code ${String(result.code)}, not ${String(code)}`,
      next: "Read what it printed.",
      details: `${result.stdout}\n${result.stderr}`.trim().split("\n").slice(-20),
    });
  };
  return {
    lab,
    deployer,
    nodes,
    real,
    run,
    async want({ entry, nodes: members, more = false }) {
      await deployer.writeFile(`${project}/wanted.json`, JSON.stringify({ machines, entry, nodes: members }));
      const configuration = {
        domain: "example.org",
        initialUser: { displayName: "Ada Lovelace", username: "ada", email: "ada@example.org" },
        applications: { album: { enable: true, more } },
      };
      await deployer.writeFile(`${project}/configuration.json`, JSON.stringify(configuration));
    },
    apply: async (code = 0) => parseEvents((await run(["apply", "--yes", "--json"], code)).stdout),
    close: () => product.remove(),
  };
}
