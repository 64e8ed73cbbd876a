import { z } from "zod";
import { Failure } from "../../../model/failure.ts";
import type { StoredConfiguration } from "../../configurations/configuration-store.ts";
import { createConfiguration } from "../../configurations/create-configuration.ts";
import {
  discardStaged,
  stageApplication,
  unstageApplication,
  type Staged,
} from "../../configurations/stage-application.ts";
import type { JsonObject } from "../../../model/json.ts";
import type { OperatorContext } from "../route.ts";
import { notFound } from "./answer-failure.ts";
import { operation } from "./operation.ts";
import { ConfigurationShape, shapedConfiguration, wholeConfiguration, WholeConfigurationShape } from "./shapes.ts";

/** Finds the configuration in the path among the operator's. @throws Failure `not-found` */
export async function configurationIn({ operator, param }: OperatorContext): Promise<StoredConfiguration> {
  const id = param("configuration");
  const found = await operator.configurations.find(id);
  if (found === undefined) throw notFound("configuration", id);
  return found;
}

/** Gives the id of what was staged. @throws Failure `configuration-invalid` with every mistake by its path */
function staged(result: Staged, attempted: string): string {
  if ("id" in result) return result.id;
  const failures = Object.entries(result.mistakes).map(([subject, found]) => ({
    code: "invalid-value",
    attempted,
    subject: subject === "" ? undefined : subject,
    found,
    next: "Correct it.",
  }));
  throw new Failure({
    code: "configuration-invalid",
    attempted,
    found: failures.map(({ subject, found }) => (subject === undefined ? found : `${subject}: ${found}`)).join("; "),
    next: "Correct what is named. Nothing was changed.",
    failures,
  });
}

async function whole({ operator }: OperatorContext, id: string): Promise<z.input<typeof WholeConfigurationShape>> {
  const found = await operator.configurations.find(id);
  if (found === undefined) throw notFound("configuration", id);
  return wholeConfiguration(found);
}

const path = "/configurations/:configuration";
const applicationPath = `${path}/applications/:application`;

/** What operators write, and what is staged of it. */
export const configurationOperations = [
  operation({
    name: "listConfigurations",
    summary: "List configurations",
    description: "The operator's configurations, one per domain, each with what is staged and not deployed yet.",
    method: "GET",
    path: "/configurations",
    permission: "configuration.read",
    output: z.strictObject({ configurations: z.array(ConfigurationShape) }),
    async handle({ operator }) {
      const all = await operator.configurations.list();
      return { body: { configurations: all.map(shapedConfiguration) } };
    },
  }),
  operation({
    name: "createConfiguration",
    summary: "Create a configuration",
    description: "Makes a configuration for a domain, in which nothing is switched on. Nothing is deployed by that.",
    method: "POST",
    path: "/configurations",
    permission: "configuration.write",
    status: 201,
    body: z.strictObject({
      domain: z.string().describe("Such as example.org; final"),
      environment: z.string().optional().describe("One of the environments; the first when not given"),
      initialUser: z
        .strictObject({ displayName: z.string(), username: z.string(), email: z.string() })
        .describe("The first account of every application; its password is generated"),
    }),
    output: WholeConfigurationShape,
    async handle(context, { body }) {
      const { operator, panel } = context;
      const id = staged(await createConfiguration(panel, operator.configurations, body), "make a configuration");
      await context.audit({ action: "configuration.create", subject: body.domain });
      return {
        body: await whole(context, id),
        headers: { location: `/api/operators/${operator.id}/configurations/${id}` },
      };
    },
  }),
  operation({
    name: "getConfiguration",
    summary: "Get a configuration",
    description: "What is staged, what is deployed, and the difference.",
    method: "GET",
    path,
    permission: "configuration.read",
    output: WholeConfigurationShape,
    async handle(context) {
      return { body: wholeConfiguration(await configurationIn(context)) };
    },
  }),
  operation({
    name: "stageApplication",
    summary: "Stage an application",
    description:
      "Switches an application on with these options, in place of those that were staged before. Nothing changes on any machine until it is deployed.",
    method: "PUT",
    path: applicationPath,
    permission: "configuration.write",
    body: z.record(z.string(), z.unknown()).describe("Options of the application, as its JSON Schema says"),
    output: WholeConfigurationShape,
    async handle(context, { body }) {
      const { operator, panel } = context;
      const configuration = await configurationIn(context);
      const application = context.param("application");
      if (Object.hasOwn(body, "enable")) {
        throw new Failure({
          code: "request-invalid",
          attempted: "read the request",
          subject: "enable",
          found: "there is no option of this name: a staged application is switched on",
          next: "Leave it out; to switch the application off, delete it from what is staged.",
        });
      }
      const id = staged(
        await stageApplication(panel, operator.configurations, {
          place: { kind: "existing", configuration },
          application,
          options: body as JsonObject,
        }),
        `stage ${application}`,
      );
      await context.audit({ action: "configuration.stage", subject: `${application} of ${configuration.domain}` });
      return { body: await whole(context, id) };
    },
  }),
  operation({
    name: "unstageApplication",
    summary: "Remove an application from what is staged",
    description: "Switches an application off. When that is deployed it is removed from the machines; its data stays.",
    method: "DELETE",
    path: applicationPath,
    permission: "configuration.write",
    output: WholeConfigurationShape,
    async handle(context) {
      const configuration = await configurationIn(context);
      const application = context.param("application");
      const { applications } = configuration.staged;
      if (!Object.hasOwn((applications ?? {}) as object, application)) throw notFound("application", application);
      await unstageApplication(context.operator.configurations, configuration, application);
      await context.audit({ action: "configuration.stage", subject: `${application} of ${configuration.domain}` });
      return { body: await whole(context, configuration.id) };
    },
  }),
  operation({
    name: "discardStaged",
    summary: "Give up what is staged",
    description: "Stages again what is deployed. A configuration that was never deployed is forgotten.",
    method: "DELETE",
    path: `${path}/staged`,
    permission: "configuration.write",
    output: z.strictObject({ id: z.string(), forgotten: z.boolean() }),
    async handle(context) {
      const configuration = await configurationIn(context);
      await discardStaged(context.operator.configurations, configuration);
      await context.audit({ action: "configuration.discard", subject: configuration.domain });
      return { body: { id: configuration.id, forgotten: configuration.deployed === null } };
    },
  }),
];
