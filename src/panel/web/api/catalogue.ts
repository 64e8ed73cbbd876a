import { z } from "zod";
import { operation } from "./operation.ts";

const ApplicationShape = z.strictObject({
  name: z.string(),
  title: z.string().describe("What people call it"),
  description: z.string(),
  version: z.string().nullable(),
  options: z.record(z.string(), z.unknown()).describe("JSON Schema, draft 2020-12, of the application's options"),
});

/** What an operator can choose. */
export const catalogueOperations = [
  operation({
    name: "listApplications",
    summary: "List the catalogue",
    description: "The applications that the hosting provider offers, each with the JSON Schema of its options.",
    method: "GET",
    path: "/applications",
    permission: "catalogue.read",
    output: z.strictObject({ applications: z.array(ApplicationShape) }),
    handle({ panel }) {
      const applications = panel.config.applications.map(({ name, title, description, version = null, options }) => ({
        name,
        title,
        description,
        version,
        options: z.toJSONSchema(options, { io: "input", unrepresentable: "any" }),
      }));
      return Promise.resolve({ body: { applications } });
    },
  }),
  operation({
    name: "listEnvironments",
    summary: "List environments",
    description: "Where a new configuration can run. The first is the usual one.",
    method: "GET",
    path: "/environments",
    permission: "catalogue.read",
    output: z.strictObject({
      environments: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    }),
    handle({ panel }) {
      const environments = panel.config.environments.map(({ name, description }) => ({ name, description }));
      return Promise.resolve({ body: { environments } });
    },
  }),
];
