import { readFileSync } from "node:fs";
import {
  applications,
  dataDirectory,
  defineConfig,
  defineEnvironment,
  incus,
  loginShell,
  machinePerApplication,
  offer,
  providerSecret,
  service,
  webAddress,
} from "fediversity";
import { site } from "./site.ts";

/** What the lab says of itself. */
const lab = JSON.parse(readFileSync(new URL("./lab.json", import.meta.url), "utf8")) as {
  readonly addresses: string[];
  readonly fingerprint: string;
  readonly project: string;
  readonly authorizedKey: string;
  /** What a subtest changes of the policy. */
  readonly policy: object;
  /** Names of applications that there are besides. */
  readonly sites?: readonly string[];
};

const { sites = [] } = lab;

export default defineConfig({
  applications: [...applications, ...sites.map((name) => site(name))],
  environments: [
    defineEnvironment({
      name: "cluster",
      description: "Instances on the cluster, one per application",
      offers: {
        data: offer(dataDirectory, {}),
        service: offer(service, {}),
        shell: offer(loginShell, { username: "operator" }),
        web: offer(webAddress, { certificates: { from: "machine" } }),
      },
      placement: machinePerApplication,
      confirmSeconds: 30,
      machines: incus({
        server: {
          addresses: lab.addresses,
          fingerprint: lab.fingerprint,
          certificate: readFileSync(new URL("./client.crt", import.meta.url), "utf8"),
          key: providerSecret("incus-key"),
        },
        project: lab.project,
        image: { alias: "debian" },
        pool: "default",
        nic: { parent: "br0" },
        sizes: { default: { cores: 1, memory: 512, disk: 2 } },
        quota: { machines: 24 },
        apart: { group: "fediverse" },
        // Containers in the lab's machines, which are containers themselves, cannot have users of their own.
        config: { "security.privileged": "true", "security.nesting": "true" },
        login: { authorizedKeys: [lab.authorizedKey] },
        protected: { hello: false, cowsay: false },
        ...lab.policy,
      }),
      secrets: { "incus-key": { file: "/root/provider/client.key" } },
    }),
  ],
});
