import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { installProduct } from "../basic/product.ts";
import { certificateAuthorityPackages, setUpCertificateAuthority } from "../cli/surroundings/certificate-authority.ts";
import { nameServerPackages, setUpNameServer, type NameServer } from "../cli/surroundings/name-server.ts";
import { getPinnedImages } from "../cli/images.ts";
import { registryPackages, setUpRegistry } from "../cli/surroundings/registry.ts";
import { browserPackages, openBrowser, type Browser } from "../driver/browser.ts";
import { defaultCache, type Lab } from "../driver/lab.ts";
import type { TestMachine } from "../driver/test-machine.ts";
import { panelPackages, setUpPanel, type PanelService } from "./panel-service.ts";

/** What every step of the check works with. */
export interface Scene {
  readonly lab: Lab;
  readonly deployer: TestMachine;
  /** The machines that operators get, by the environment that has them. */
  readonly targets: { readonly first: TestMachine; readonly second: TestMachine };
  readonly nameServer: NameServer;
  readonly panel: PanelService;
  readonly browser: Browser;
  readonly close: () => Promise<void>;
}

const project = "/root/provider";

/** The machines of a lab have no pids controller: a property of the lab alone. */
const withoutPids = { path: "/etc/containers/containers.conf.d/lab.conf", content: "[containers]\npids_limit=0\n" };

/** Sets the scene: a panel behind a web server, two machines for operators, and what the internet has. */
export async function setScene(lab: Lab): Promise<Scene> {
  const images = await getPinnedImages();
  const product = await installProduct();
  const doubles = join(defaultCache, "doubles");
  const dns = lab.machine("dns", { packages: nameServerPackages });
  const nameservers = [dns.address];
  const acme = lab.machine("acme", { packages: certificateAuthorityPackages, nameservers });
  const client = lab.machine("client", { packages: browserPackages, nameservers });
  const deployer = lab.machine("deployer", {
    packages: ["openssh-client", "bind9-dnsutils", "skopeo", ...panelPackages, ...registryPackages],
    nameservers,
    binds: [
      { source: product.folder, target: "/opt/fediversity", readOnly: true },
      { source: doubles, target: doubles, readOnly: true },
    ],
  });
  const target = (name: string): TestMachine =>
    lab.machine(name, { containers: true, files: [withoutPids], nameservers });
  const targets = { first: target("first"), second: target("second") };
  await lab.start();
  await lab.archive(deployer);
  const hosts = { acme: acme.address, panel: deployer.address };
  const nameServer = await setUpNameServer(dns, { zones: ["example.org", "example.net"], hosts });
  const registry = await setUpRegistry(deployer);
  for (const { folder, reference } of images) await registry.push(folder, reference);
  const authority = await setUpCertificateAuthority(acme, { name: "acme", port: 443 });
  await deployer.copyFromHost(fileURLToPath(new URL("./provider", import.meta.url)), project);
  await deployer.succeed(["ln", "-s", "/opt/fediversity/node_modules", `${project}/node_modules`]);
  await deployer.writeFile(`${project}/package.json`, '{ "type": "module", "private": true }\n');
  await deployer.writeFile(`${project}/dns.key`, `${nameServer.key.secret}\n`, 0o600);
  await deployer.writeFile("/root/.ssh/id_ed25519", lab.key.privateKey, 0o600);
  const { directory, directoryRoot, issuerRoot } = authority;
  await deployer.writeFile(
    `${project}/lab.json`,
    JSON.stringify({
      machines: { first: targets.first.address, second: targets.second.address },
      nameServer: dns.address,
      key: { name: nameServer.key.name, algorithm: nameServer.key.algorithm },
      acme: { directory, directoryRoot, issuerRoot },
    }),
  );
  const panel = await setUpPanel(deployer, authority);
  const browser = await openBrowser(client, lab, {
    screenshots: join(defaultCache, "logs", "panel", "screenshots"),
    authorities: [issuerRoot],
  });
  return {
    lab,
    deployer,
    targets,
    nameServer,
    panel,
    browser,
    close: async () => {
      await browser.close();
      await product.remove();
    },
  };
}
