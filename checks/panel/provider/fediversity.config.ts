import { readFileSync } from "node:fs";
import {
  applications,
  cache,
  container,
  database,
  dataDirectory,
  defineConfig,
  defineEnvironment,
  hosts,
  loginShell,
  mail,
  objectStorage,
  offer,
  oneMachine,
  providerSecret,
  service,
  timer,
  upgrade,
  webAddress,
} from "fediversity";

/** What the lab says of itself. */
const lab = JSON.parse(readFileSync(new URL("./lab.json", import.meta.url), "utf8")) as {
  readonly machines: Readonly<Record<string, string>>;
  readonly nameServer: string;
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256" };
  readonly acme: { readonly directory: string; readonly directoryRoot: string; readonly issuerRoot: string };
};

const web = {
  certificates: { from: "acme", ...lab.acme, email: "hostmaster@example.org" },
  dns: { server: { address: lab.nameServer, key: { ...lab.key, secret: providerSecret("dns-key") } }, ttl: 60 },
} as const;
const trust = lab.acme.issuerRoot;

export default defineConfig({
  applications,
  environments: Object.entries(lab.machines).map(([name, address]) =>
    defineEnvironment({
      name,
      description: `Rack ${name}`,
      offers: {
        cache: offer(cache, { memory: 64 }),
        container: offer(container, { trust }),
        data: offer(dataDirectory, {}),
        database: offer(database, { memory: 512 }),
        mail: offer(mail, { host: "mail.lab.example", port: 25, security: "none" }),
        objects: offer(objectStorage, { kind: "garage", capacity: 1_000_000_000, durable: false, web }),
        service: offer(service, { trust }),
        shell: offer(loginShell, { username: "operator" }),
        timer: offer(timer, {}),
        upgrade: offer(upgrade, {}),
        web: offer(webAddress, web),
      },
      placement: oneMachine,
      healthSeconds: 45,
      machines: hosts([address]),
      secrets: { "dns-key": { file: "/root/provider/dns.key" } },
    }),
  ),
});
