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
  machinePerApplication,
  mail,
  objectStorage,
  offer,
  oneMachine,
  type Placement,
  providerSecret,
  service,
  timer,
  upgrade,
  webAddress,
} from "fediversity";

/** What the lab says of itself. */
const lab = JSON.parse(readFileSync(new URL("./lab.json", import.meta.url), "utf8")) as {
  readonly machines: Readonly<Record<string, string>>;
  readonly one: string;
  readonly nameServer: string;
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256" };
  readonly acme: { readonly directory: string; readonly directoryRoot: string; readonly issuerRoot: string };
  readonly mail: string;
};

const web = {
  certificates: {
    from: "acme",
    directory: lab.acme.directory,
    directoryRoot: lab.acme.directoryRoot,
    issuerRoot: lab.acme.issuerRoot,
    email: "hostmaster@example.org",
  },
  dns: { server: { address: lab.nameServer, key: { ...lab.key, secret: providerSecret("dns-key") } }, ttl: 60 },
} as const;
const trust = lab.acme.issuerRoot;

const offers = {
  cache: offer(cache, { memory: 64 }),
  container: offer(container, { trust }),
  data: offer(dataDirectory, {}),
  database: offer(database, { memory: 512 }),
  mail: offer(mail, { host: lab.mail, port: 25, security: "none" }),
  objects: offer(objectStorage, { kind: "garage", capacity: 1_000_000_000, durable: false, web }),
  service: offer(service, { trust }),
  shell: offer(loginShell, { username: "operator" }),
  timer: offer(timer, {}),
  upgrade: offer(upgrade, {}),
  web: offer(webAddress, web),
};

const secrets = { "dns-key": { file: "/root/provider/dns.key" } };

/** Each application on its own machine, and one more for the objects of all. */
const apart: Placement = (placeable) =>
  placeable.request?.resource === "object-storage" ? "garage" : machinePerApplication(placeable);

export default defineConfig({
  applications,
  environments: [
    defineEnvironment({ name: "apart", offers, placement: apart, machines: hosts(lab.machines), secrets }),
    defineEnvironment({ name: "together", offers, placement: oneMachine, machines: hosts([lab.one]), secrets }),
    defineEnvironment({
      name: "other",
      offers,
      placement: machinePerApplication,
      machines: hosts({ snac: lab.machines["snac-b"] ?? "" }),
      secrets,
    }),
  ],
});
