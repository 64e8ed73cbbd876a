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
  mastodonAt,
  objectStorage,
  offer,
  oneMachine,
  peertubeAt,
  pixelfedAt,
  type Placement,
  providerSecret,
  service,
  timer,
  upgrade,
  webAddress,
} from "fediversity";

interface Authority {
  readonly directory: string;
  readonly directoryRoot: string;
  readonly issuerRoot: string;
}

/** What the lab says of itself. */
const lab = JSON.parse(readFileSync(new URL("./lab.json", import.meta.url), "utf8")) as {
  readonly machines: Readonly<Record<string, string>>;
  readonly nameServer: string;
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256" };
  readonly acme: Authority;
  readonly hastyAcme: Authority;
  readonly mail: string;
};

const dnsKey = { ...lab.key, secret: providerSecret("dns-key") };

function webOf({ directory, directoryRoot, issuerRoot }: Authority, renewalCheck: number) {
  return {
    certificates: { from: "acme", directory, directoryRoot, issuerRoot, email: "hostmaster@example.org", renewalCheck },
    dns: { server: { address: lab.nameServer, key: dnsKey }, ttl: 60 },
  } as const;
}
// Machines trust both authorities, so that the operators' services can meet.
const trust = `${lab.acme.issuerRoot}${lab.hastyAcme.issuerRoot}`;

/** Bytes that each bucket may hold, for full ones. */
const quota = process.env["BUCKET_QUOTA"];

const offersWith = (web: ReturnType<typeof webOf>) => ({
  cache: offer(cache, { memory: 64 }),
  container: offer(container, { trust }),
  data: offer(dataDirectory, {}),
  database: offer(database, { memory: 512 }),
  mail: offer(mail, { host: lab.mail, port: 25, security: "none" }),
  objects: offer(objectStorage, {
    kind: "garage",
    capacity: 1_000_000_000,
    durable: false,
    web,
    ...(quota === undefined ? {} : { quota: Number(quota) }),
  }),
  service: offer(service, { trust }),
  shell: offer(loginShell, { username: "operator" }),
  timer: offer(timer, {}),
  upgrade: offer(upgrade, {}),
  web: offer(webAddress, web),
});
const offers = offersWith(webOf(lab.acme, 600));
const hasty = offersWith(webOf(lab.hastyAcme, 5));

const secrets = { "dns-key": { file: "/root/provider/dns.key" } };

/** Each application on its own machine, one more for the objects of all, and one for their databases. */
const apart: Placement = (placeable) => {
  switch (placeable.request?.resource) {
    case "object-storage":
      return "garage";
    case "database":
      return "database";
    default:
      return machinePerApplication(placeable);
  }
};

/** Other versions, for upgrades. */
const versions = {
  mastodon: { version: process.env["MASTODON_VERSION"], at: mastodonAt },
  peertube: { version: process.env["PEERTUBE_VERSION"], at: peertubeAt },
  pixelfed: { version: process.env["PIXELFED_VERSION"], at: pixelfedAt },
};
const offered = applications.map((one) => {
  if (one.name !== "mastodon" && one.name !== "peertube" && one.name !== "pixelfed") return one;
  const { version, at } = versions[one.name];
  return version === undefined ? one : at(version);
});

export default defineConfig({
  applications: offered,
  environments: [
    defineEnvironment({
      name: "apart",
      offers,
      placement: apart,
      healthSeconds: 45,
      machines: hosts({ ...lab.machines, snac: lab.machines["snac-a"] ?? "" }),
      secrets,
    }),
    defineEnvironment({
      name: "together",
      offers,
      placement: oneMachine,
      healthSeconds: 45,
      machines: hosts([lab.machines["one"] ?? ""]),
      secrets,
    }),
    defineEnvironment({
      name: "other",
      offers: hasty,
      placement: machinePerApplication,
      machines: hosts({ snac: lab.machines["snac-b"] ?? "" }),
      secrets,
    }),
  ],
});
