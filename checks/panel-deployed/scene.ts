import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mkdir } from "node:fs/promises";
import type { StampedEvent } from "../../src/engine/event.ts";
import { Failure } from "../../src/model/failure.ts";
import type { RunResult } from "../../src/providers/process/run.ts";
import type { LayerEntry } from "../../tools/image/oci-layout.ts";
import { buildPanelImage, type PanelImage } from "../../tools/image/panel-image.ts";
import { parseEvents, project } from "../basic/deployer.ts";
import { installProduct } from "../basic/product.ts";
import { certificateAuthorityPackages, setUpCertificateAuthority } from "../cli/surroundings/certificate-authority.ts";
import { nameServerPackages, setUpNameServer, type NameServer } from "../cli/surroundings/name-server.ts";
import { registryPackages, setUpRegistry } from "../cli/surroundings/registry.ts";
import { defaultCache, type Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { openVisitor, type Visitor } from "./visitor.ts";

/** What every step of the check works with. */
export interface Scene {
  readonly lab: Lab;
  readonly deployer: TestMachine;
  /** Where the panel is deployed to. */
  readonly panel: TestMachine;
  /** What an operator gets. */
  readonly target: TestMachine;
  readonly nameServer: NameServer;
  readonly origin: string;
  /**
   * Has the hosting provider's policy name another version of the panel: 0.2.0, or 0.3.0, which serves nothing.
   */
  readonly useVersion: (version: string) => Promise<void>;
  readonly visitor: (name: string) => Visitor;
  /** Runs a command of the product on the deployer that must end with this exit code; 0 when not given. */
  readonly run: (args: readonly string[], code?: number) => Promise<RunResult>;
  readonly apply: () => Promise<readonly StampedEvent[]>;
  readonly close: () => Promise<void>;
}

/** The machines of a lab have no pids controller: a property of the lab alone. */
const withoutPids = { path: "/etc/containers/containers.conf.d/lab.conf", content: "[containers]\npids_limit=0\n" };

/** What the product would install first: that it does is proved elsewhere. */
const packages = [
  ...["podman", "crun", "netavark", "nftables", "curl", "jq"],
  // The largest of what PostgreSQL needs.
  ...["perl", "locales", "libllvm19", "libpq5"],
];
const authorityFile = "/root/authority.pem";

/** Sets the scene: a deployer with FediPanel's image, the machine for the panel, and one for an operator. */
export async function setScene(lab: Lab): Promise<Scene> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const product = await installProduct();
  const packed = join(product.folder, "node_modules/fediversity");
  const build = (...more: readonly LayerEntry[]): Promise<PanelImage> =>
    buildPanelImage(root, { cache: defaultCache, packed, more });
  const image = await build();
  // Whatever a next version is, it differs in the layer of the program.
  const next = await build({ path: "opt/fediversity/next", mode: 0o644, content: Buffer.from("next\n") });
  // It runs, and serves nothing.
  const broken = await build({
    path: "opt/fediversity/bin/fediversity",
    mode: 0o755,
    content: Buffer.from("#!/bin/sh\nexec sleep infinity\n"),
  });
  const images = join(defaultCache, "panel-image");
  await mkdir(images, { recursive: true });
  const dns = lab.machine("dns", { packages: nameServerPackages });
  const nameservers = [dns.address];
  const acme = lab.machine("acme", { packages: certificateAuthorityPackages, nameservers });
  const deployer = lab.machine("deployer", {
    packages: ["openssh-client", "bind9-dnsutils", "skopeo", "curl", ...registryPackages],
    nameservers,
    binds: [
      { source: product.folder, target: "/opt/fediversity", readOnly: true },
      { source: images, target: images, readOnly: true },
    ],
  });
  const panel = lab.machine("panel", { containers: true, files: [withoutPids], packages, nameservers });
  const target = lab.machine("target", { nameservers });
  await lab.start();
  await lab.archive(deployer);
  await lab.archive(panel);
  const zones = ["hosting.example", "example.org"];
  const [nameServer, registry, authority] = await Promise.all([
    setUpNameServer(dns, { zones, hosts: { acme: acme.address } }),
    setUpRegistry(deployer),
    setUpCertificateAuthority(acme, { name: "acme", port: 443 }),
  ]);
  const repository = "ghcr.io/hosting/fedipanel";
  await registry.push(image.folder, `${repository}:${image.version}`);
  await registry.push(next.folder, `${repository}:0.2.0`);
  await registry.push(broken.folder, `${repository}:0.3.0`);
  await deployer.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  await deployer.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await deployer.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await deployer.writeFile(`${project}/dns.key`, `${nameServer.key.secret}\n`, 0o600);
  await deployer.writeFile("/root/.ssh/id_ed25519", lab.key.privateKey, 0o600);
  await deployer.writeFile(authorityFile, authority.issuerRoot);
  for (const [from, to] of [
    ["/etc/apt/sources.list", "sources.list"],
    ["/etc/apt/apt.conf.d/00archive", "apt.conf"],
  ] as const)
    await deployer.writeFile(`${project}/${to}`, await panel.readFile(from));
  const { directory, directoryRoot, issuerRoot } = authority;
  const said = {
    panel: panel.address,
    target: target.address,
    nameServer: dns.address,
    key: { name: nameServer.key.name, algorithm: nameServer.key.algorithm },
    acme: { directory, directoryRoot, issuerRoot },
  };
  await deployer.writeFile(`${project}/lab.json`, JSON.stringify(said));
  const useVersion = async (version: string): Promise<void> => {
    await deployer.writeFile(`${project}/image.json`, JSON.stringify(`${repository}:${version}`));
  };
  await useVersion(image.version);
  const configuration = {
    domain: "hosting.example",
    initialUser: { displayName: "Grace Hopper", username: "grace", email: "grace@hosting.example" },
    applications: { panel: { enable: true, nameServers: ["ns.example.org"] } },
  };
  await deployer.writeFile(`${project}/configuration.json`, JSON.stringify(configuration));
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
  const origin = "https://panel.hosting.example";
  return {
    lab,
    deployer,
    panel,
    target,
    nameServer,
    origin,
    useVersion,
    visitor: (name) => openVisitor(deployer, name, origin, authorityFile),
    run,
    apply: async () => parseEvents((await run(["apply", "--yes", "--json"])).stdout),
    close: () => product.remove(),
  };
}
