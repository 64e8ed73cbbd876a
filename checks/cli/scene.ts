import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { installProduct } from "../basic/product.ts";
import { browserPackages, openBrowser, type Browser } from "../driver/browser.ts";
import type { Chosen } from "../driver/check.ts";
import { defaultCache, type Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { imageStore, prepareDeployer, project, type Deployer } from "./deployer.ts";
import { getImages, type Images, type imageOptions } from "./images.ts";
import {
  certificateAuthorityPackages,
  setUpCertificateAuthority,
  type CertificateAuthority,
} from "./surroundings/certificate-authority.ts";
import { mailSinkPackages, setUpMailSink, type MailSink } from "./surroundings/mail-sink.ts";
import { nameServerPackages, setUpNameServer, type NameServer } from "./surroundings/name-server.ts";
import { registryPackages, setUpRegistry, type Registry } from "./surroundings/registry.ts";

/** The machines that are deployed to. */
export const targetNames = [
  "database",
  "garage",
  "mastodon",
  "peertube",
  "pixelfed",
  "snac-a",
  "snac-b",
  "one",
] as const;
export type TargetName = (typeof targetNames)[number];

/** What every step of the check works with. */
export interface Scene {
  readonly lab: Lab;
  readonly deployer: Deployer;
  readonly targets: Readonly<Record<TargetName, TestMachine>>;
  readonly client: TestMachine;
  readonly nameServer: NameServer;
  readonly authority: CertificateAuthority;
  /** Issues certificates that are valid for three minutes. */
  readonly hastyAuthority: CertificateAuthority;
  readonly mail: MailSink;
  readonly registry: Registry;
  readonly images: Images;
  readonly browser: Browser;
  /** The password of every first account. */
  readonly password: string;
  readonly close: () => Promise<void>;
}

/** The machines of a lab have no pids controller: a property of the lab alone. */
const withoutPids = { path: "/etc/containers/containers.conf.d/lab.conf", content: "[containers]\npids_limit=0\n" };

/**
 * Sets the scene: every machine, and around them what the internet has.
 * @param more.targetPackages Debian packages that the machines which are deployed to have from the beginning; none when not given
 */
export async function setScene(
  lab: Lab,
  chosen: Chosen<typeof imageOptions>,
  { targetPackages = [] }: { readonly targetPackages?: readonly string[] } = {},
): Promise<Scene> {
  const images = await getImages(chosen);
  const product = await installProduct();
  const dns = lab.machine("dns", { packages: nameServerPackages });
  const nameservers = [dns.address];
  const acme = lab.machine("acme", { packages: certificateAuthorityPackages, nameservers });
  const sink = lab.machine("mail", { packages: mailSinkPackages, nameservers });
  const client = lab.machine("client", { packages: [...browserPackages, "curl"], nameservers });
  const doubles = join(defaultCache, "doubles");
  await mkdir(doubles, { recursive: true });
  const machine = lab.machine("deployer", {
    packages: ["openssh-client", "bind9-dnsutils", "skopeo", "curl", ...registryPackages],
    nameservers,
    binds: [
      { source: product.folder, target: "/opt/fediversity", readOnly: true },
      { source: doubles, target: doubles, readOnly: true },
    ],
  });
  const targets = Object.fromEntries(
    targetNames.map((name) => [
      name,
      lab.machine(name, { packages: targetPackages, containers: true, files: [withoutPids], nameservers }),
    ]),
  ) as Scene["targets"];
  await lab.start();
  await lab.archive(machine);
  const hosts = { acme: acme.address, "hasty-acme": acme.address, mail: sink.address };
  const [nameServer, registry, mail] = await Promise.all([
    setUpNameServer(dns, { zones: ["example.org", "example.net", "example.com"], hosts }),
    setUpRegistry(machine),
    setUpMailSink(sink),
  ]);
  const authority = await setUpCertificateAuthority(acme, { name: "acme", port: 443 });
  const hastyAuthority = await setUpCertificateAuthority(acme, { name: "hasty-acme", port: 14_000, validity: 180 });
  for (const { folder, reference } of images.built) await registry.push(folder, reference);
  const password = `Pw-${randomBytes(12).toString("hex")}`;
  const deployer = await prepareDeployer(machine, {
    privateKey: lab.key.privateKey,
    dnsKey: nameServer.key.secret,
    password,
    lab: {
      machines: Object.fromEntries(targetNames.map((name) => [name, targets[name].address])),
      nameServer: dns.address,
      key: { name: nameServer.key.name, algorithm: nameServer.key.algorithm },
      acme: authority,
      hastyAcme: hastyAuthority,
      mail: "mail.lab.example",
    },
  });
  if (images.official !== undefined) {
    await machine.copyFromHost(images.official.store, imageStore);
    await machine.writeFile(`${project}/fediversity.images.json`, JSON.stringify(images.official.locked));
  }
  const browser = await openBrowser(client, lab, {
    screenshots: join(defaultCache, "logs", "cli", "screenshots"),
    authorities: [authority.issuerRoot, hastyAuthority.issuerRoot],
  });
  return {
    lab,
    deployer,
    targets,
    client,
    nameServer,
    authority,
    hastyAuthority,
    mail,
    registry,
    images,
    browser,
    password,
    close: async () => {
      await browser.close();
      await product.remove();
    },
  };
}
