import { readFileSync } from "node:fs";
import {
  applications,
  dataDirectory,
  defineConfig,
  defineEnvironment,
  hosts,
  offer,
  oneMachine,
  providerSecret,
  service,
  webAddress,
} from "fediversity";

/** What the lab says of itself: beside this file in the panel's container. */
const lab = JSON.parse(readFileSync(new URL("./lab.json", import.meta.url), "utf8")) as {
  readonly target: string;
  readonly nameServer: string;
  readonly key: { readonly name: string; readonly algorithm: "hmac-sha256" };
  readonly acme: { readonly directory: string; readonly directoryRoot: string; readonly issuerRoot: string };
};

/** What the panel offers to operators. */
export default defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: "rack",
      description: "A rack",
      offers: {
        data: offer(dataDirectory, {}),
        service: offer(service, { trust: lab.acme.issuerRoot }),
        web: offer(webAddress, {
          certificates: { from: "acme", ...lab.acme, email: "hostmaster@hosting.example" },
          dns: { server: { address: lab.nameServer, key: { ...lab.key, secret: providerSecret("dns-key") } }, ttl: 60 },
        }),
      },
      placement: oneMachine,
      healthSeconds: 45,
      machines: hosts([lab.target]),
      secrets: { "dns-key": { file: "/run/secrets/dns-key" } },
    }),
  ],
});
