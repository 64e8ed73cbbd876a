import { z } from "zod";
import { Domain } from "../../model/domain.ts";
import { PlainText } from "../../model/reference.ts";
import { defineResource } from "../../system/resource.ts";
import { requireTogether } from "./address-of.ts";
import { Route, siteParts, WebServerPolicy } from "./web-server.ts";

/** A public HTTPS name that leads to an application: Caddy as reverse proxy, with its certificate and DNS records. */
export const webAddress = defineResource({
  name: "web-address",
  description: "A public HTTPS name that leads to the application, with its certificate and DNS records",
  request: z.strictObject({
    host: Domain.describe("The name"),
    routes: z.array(Route).min(1).describe("Which paths lead to which port of the application"),
    identityDomain: Domain.optional().describe(
      "A domain whose accounts this application has, without living there itself",
    ),
    healthPath: z
      .string()
      .regex(/^\/[!-~]*$/)
      .default("/")
      .describe("What must be answered without an error when the application serves"),
    healthSeconds: z
      .int()
      .min(1)
      .max(900)
      .default(75)
      .describe("Seconds until that must have been answered after a change, its own start included"),
  }),
  policy: WebServerPolicy,
  binding: z.strictObject({ host: Domain, url: PlainText }),
  apply({ policy, machine, domain, requests }) {
    requireTogether(machine, "web-address", requests);
    const parts = requests.map(({ request: { healthPath, healthSeconds, ...site } }) =>
      siteParts(site, { policy, machine, domain, health: { path: healthPath, seconds: healthSeconds } }),
    );
    return {
      bindings: requests.map(({ request: { host } }) => ({ host, url: `https://${host}` })),
      system: parts.map(({ system }) => system),
      components: Object.assign(
        {},
        ...parts.map(({ components }) => components),
      ) as (typeof parts)[number]["components"],
    };
  },
});
