import { z } from "zod";

/** A domain below which operators get names of their own, or a name server. */
const Name = z
  .string()
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, "expected a domain");

/** What a panel's settings and the options of the application that is this panel have in common. */
export const panelOptions = {
  freeDomains: z
    .array(Name)
    .max(10)
    .default([])
    .describe("Domains of the hosting provider, below which operators may choose a free name"),
  nameServers: z
    .array(Name)
    .max(10)
    .default([])
    .describe(
      "Names of the name servers to which operators delegate domains of their own; without them nothing is checked",
    ),
  parallel: z.int().min(1).max(64).default(4).describe("How many deployments run at the same time in this process"),
  requireSecondFactor: z
    .enum(["nobody", "staff", "everyone"])
    .default("nobody")
    .describe("Who has to have a second factor: nobody, the hosting provider's staff, or everyone"),
} as const;
