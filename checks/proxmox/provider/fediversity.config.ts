import { readFileSync } from "node:fs";
import {
  applications,
  dataDirectory,
  defineConfig,
  defineEnvironment,
  loginShell,
  machinePerApplication,
  offer,
  providerSecret,
  proxmox,
  service,
  webAddress,
} from "fediversity";

/** What the lab says of itself, and the hosting provider's policy. */
const lab = JSON.parse(readFileSync(new URL("./lab.json", import.meta.url), "utf8")) as {
  readonly endpoint: string;
  readonly fingerprint: string;
  readonly token: string;
  readonly publicKey: string;
  readonly size: { readonly cores: number; readonly memory: number; readonly disk: number };
};

export default defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: "proxmox",
      offers: {
        data: offer(dataDirectory, {}),
        service: offer(service, {}),
        shell: offer(loginShell, { username: "operator" }),
        web: offer(webAddress, { certificates: { from: "machine" } }),
      },
      placement: machinePerApplication,
      healthSeconds: 45,
      secrets: { proxmox: { file: "/root/provider/proxmox.token" } },
      machines: proxmox({
        cluster: {
          endpoints: [lab.endpoint],
          token: { id: lab.token, secret: providerSecret("proxmox") },
          trust: { fingerprints: [lab.fingerprint] },
        },
        template: "debian-13",
        sizes: { default: lab.size },
        quota: { machines: 4 },
        login: { authorizedKeys: [lab.publicKey], identityFile: "/root/.ssh/id_ed25519" },
        bridge: "vmbr0",
        apart: "deployment",
      }),
    }),
  ],
});
