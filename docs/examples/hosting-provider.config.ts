import {
  applications,
  cache,
  container,
  dataDirectory,
  database,
  defineConfig,
  defineEnvironment,
  hosts,
  loginShell,
  mail,
  objectStorage,
  offer,
  type Placement,
  providerSecret,
  service,
  timer,
  upgrade,
  webAddress,
} from "fediversity";

/** How names on the web are given: the same for applications and for the buckets that they publish. */
const web = {
  certificates: { from: "acme" as const, email: "hostmaster@hosting.example" },
  dns: {
    server: { address: "198.51.100.53", key: { name: "fediversity", secret: providerSecret("dns-key") } },
    // The deployer connects within the private network; the world comes from outside.
    addresses: {
      mastodon: ["203.0.113.11", "2001:db8::11"],
      peertube: ["203.0.113.12", "2001:db8::12"],
      pixelfed: ["203.0.113.13", "2001:db8::13"],
      snac: ["203.0.113.14", "2001:db8::14"],
      objects: ["203.0.113.21", "2001:db8::21"],
    },
  },
};

/** Each application on its own machine, all databases on one more, all objects on another. */
const placement: Placement = ({ application, request }) => {
  switch (request?.resource) {
    case "database":
      return "databases";
    case "object-storage":
      return "objects";
    default:
      return application;
  }
};

export default defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: "production",
      description: "Our machines in the data centre",
      offers: {
        cache: offer(cache, { memory: 512 }),
        container: offer(container, { memory: { "peertube-server": 8192 } }),
        data: offer(dataDirectory, {}),
        database: offer(database, { memory: 4096, connections: 400 }),
        mail: offer(mail, {
          host: "mail.hosting.example",
          user: "fediverse",
          password: providerSecret("mail-password"),
        }),
        objects: offer(objectStorage, { kind: "garage", capacity: 2_000_000_000_000, quota: 500_000_000_000, web }),
        service: offer(service, {}),
        shell: offer(loginShell, { username: "operator" }),
        timer: offer(timer, {}),
        upgrade: offer(upgrade, {}),
        web: offer(webAddress, web),
      },
      placement,
      machines: hosts({
        mastodon: "10.0.0.11",
        peertube: "10.0.0.12",
        pixelfed: "10.0.0.13",
        snac: "10.0.0.14",
        hello: "10.0.0.15",
        cowsay: "10.0.0.16",
        databases: "10.0.0.20",
        objects: { address: "10.0.0.21", hostKeys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA"] },
      }),
      secrets: {
        "dns-key": { file: "/etc/hosting/dns.key" },
        "mail-password": { file: "/etc/hosting/mail.password" },
      },
    }),
  ],
});
