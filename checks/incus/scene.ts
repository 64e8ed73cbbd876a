import { installProduct } from "../basic/product.ts";
import type { Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { addressOf, type Cluster, declareMember, formCluster } from "./cluster.ts";
import { type Deployer, makeCertificate, prepareDeployer } from "./deployer.ts";
import { incusImage } from "./image.ts";

/** The operators. */
export const ada = "example.org";
export const bob = "example.net";

/** What every step of the check works with. */
export interface Scene {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly deployer: Deployer;
  readonly close: () => Promise<void>;
}

/** Answers the instances that ask by DHCP; nobody else is in that network, so no address is tried first. */
const dhcp = (subnet: string): string => {
  const host = (number: number): string => subnet.replace(/\.0\/24$/, `.${String(number)}`);
  return `interface=host0
port=0
no-ping
dhcp-authoritative
dhcp-range=${host(100)},${host(200)},1h
dhcp-option=option:dns-server,${host(1)}
`;
};

/** Sets the scene: a cluster of three members, and a deployer that it trusts with one project. */
export async function setScene(lab: Lab): Promise<Scene> {
  const image = await incusImage((text) => process.stdout.write(`  image for instances: ${text}\n`));
  const product = await installProduct();
  const members = ["one", "two", "three"].map((name) => declareMember(lab, name, image));
  const machine: TestMachine = lab.machine("deployer", {
    packages: ["openssh-client", "dnsmasq-base", "curl"],
    binds: [{ source: product.folder, target: "/opt/fediversity", readOnly: true }],
    files: [{ path: "/etc/dhcp.conf", content: dhcp(lab.network.subnet) }],
  });
  await lab.start();
  await machine.succeed([
    "systemd-run",
    "--unit=dhcp",
    "dnsmasq",
    "--conf-file=/etc/dhcp.conf",
    "--keep-in-foreground",
  ]);
  const [cluster, certificate] = await Promise.all([
    formCluster(members, image),
    makeCertificate(machine),
    lab.archive(machine),
  ]);
  const [first] = members as [TestMachine];
  await first.writeFile("/root/deployer.crt", certificate);
  const restricted = ["--restricted", "--projects", cluster.project, "--name", "deployer"];
  await cluster.incus("config", "trust", "add-certificate", "/root/deployer.crt", ...restricted);
  const addresses = members.map(({ address }) => `https://${address}:8443`);
  const { fingerprint, project } = cluster;
  const deployer = await prepareDeployer(machine, { addresses, fingerprint, project }, lab.key);
  return { lab, cluster, deployer, close: product.remove };
}

/** Asks an operator's snac for what it says of itself, over HTTPS from the deployer. */
export async function askSnac({ cluster, deployer }: Scene, domain: string): Promise<string> {
  const instance = (await cluster.instances())[`${domain} incus-instance/snac`];
  const address = instance === undefined ? "none" : addressOf(instance);
  const name = `snac.${domain}`;
  return await deployer.machine.succeed([
    ...["curl", "--silent", "--show-error", "--fail", "--insecure", "--max-time", "20"],
    ...["--resolve", `${name}:443:${address}`, `https://${name}/.well-known/webfinger?resource=acct:ada@${name}`],
  ]);
}

/** Runs a command inside an instance, by the cluster. */
export async function inside({ cluster }: Scene, instance: string, command: string): Promise<string> {
  return await cluster.incus("exec", "--project", cluster.project, instance, "--", "sh", "-c", command);
}
