import { readFileSync } from "node:fs";
import {
  applications,
  database,
  dataDirectory,
  defineConfig,
  defineEnvironment,
  hosts,
  offer,
  oneMachine,
  panelServer,
  providerSecret,
  webAddress,
} from "fediversity";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** What the lab says of itself. */
const lab = JSON.parse(read("./lab.json")) as {
  readonly panel: string;
  readonly nameServer: string;
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256" };
  readonly acme: { readonly directory: string; readonly directoryRoot: string; readonly issuerRoot: string };
};

export default defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: "own",
      description: "The hosting provider's own machine",
      offers: {
        data: offer(dataDirectory, {}),
        database: offer(database, { memory: 256 }),
        panel: offer(panelServer, {
          image: JSON.parse(read("./image.json")) as string,
          identity: providerSecret("identity"),
          acceptNewHostKeys: true,
          files: {
            "fediversity.config.ts": read("./operators/fediversity.config.ts"),
            "lab.json": read("./lab.json"),
            "/run/secrets/dns-key": providerSecret("dns-key"),
            // Where the lab has its archive of packages.
            "/etc/apt/sources.list": read("./sources.list"),
            "/etc/apt/apt.conf.d/00archive": read("./apt.conf"),
          },
        }),
        web: offer(webAddress, {
          certificates: { from: "acme", ...lab.acme, email: "hostmaster@hosting.example" },
          dns: { server: { address: lab.nameServer, key: { ...lab.key, secret: providerSecret("dns-key") } }, ttl: 60 },
        }),
      },
      placement: oneMachine,
      healthSeconds: 15,
      machines: hosts([lab.panel]),
      secrets: { "dns-key": { file: "/root/provider/dns.key" }, identity: { file: "/root/.ssh/id_ed25519" } },
    }),
  ],
});
