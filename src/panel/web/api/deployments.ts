import { z } from "zod";
import { nameOf } from "../../access/actor.ts";
import { Failure } from "../../../model/failure.ts";
import { planOf } from "../../runs/plan-of.ts";
import { requestRun } from "../../runs/request-run.ts";
import type { StoredRun } from "../../runs/run-store.ts";
import type { OperatorContext } from "../route.ts";
import { notFound } from "./answer-failure.ts";
import { configurationIn } from "./configurations.ts";
import { operation } from "./operation.ts";
import { DeploymentShape, FailureShape, shapedRun } from "./shapes.ts";

async function runIn({ operator, param }: OperatorContext): Promise<StoredRun> {
  const id = param("deployment");
  const found = await operator.runs.find(id);
  if (found === undefined) throw notFound("deployment", id);
  return found;
}

const Changes = z.array(
  z.strictObject({
    verb: z.string(),
    what: z.string(),
    detail: z.array(z.string()).readonly().optional().describe("Lines of a difference"),
  }),
);

const PlanShape = z.strictObject({
  nodes: z.array(
    z.strictObject({
      component: z.string(),
      action: z.enum(["same", "create", "update", "delete", "pending"]),
      because: z.string(),
      changes: Changes.readonly(),
      drift: z.array(z.string()).readonly().describe("What was changed from outside"),
      failure: FailureShape.nullable().describe("Why it could not be planned"),
    }),
  ),
  counts: z.record(z.string(), z.number()),
});

const whole = z.coerce.number().int();
const limit = whole.min(1).max(200).default(50).describe("How many at most");

/** Turning what is staged into what is deployed, and watching that. */
export const deploymentOperations = [
  operation({
    name: "planDeployment",
    summary: "Say what a deployment would change",
    description: "Looks at the machines, which can take seconds, and changes nothing.",
    method: "GET",
    path: "/configurations/:configuration/plan",
    permission: "configuration.read",
    output: PlanShape,
    async handle(context) {
      const found = await planOf(context.panel, await configurationIn(context));
      if ("failure" in found) throw new Failure(found.failure);
      if ("mistakes" in found) {
        throw new Failure({
          code: "configuration-invalid",
          attempted: "say what a deployment would change",
          found: Object.entries(found.mistakes)
            .map(([path, text]) => `${path}: ${text}`)
            .join("; "),
          next: "Stage what is named anew.",
        });
      }
      const { nodes, counts } = found.plan;
      const shown = nodes.map(({ component, action, because, changes, drift, failure = null }) => ({
        component,
        action,
        because,
        changes: [...changes],
        drift,
        failure,
      }));
      return { body: { nodes: shown, counts } };
    },
  }),
  operation({
    name: "requestDeployment",
    summary: "Request a deployment",
    description:
      "Deploys what is staged, in its turn. While a deployment of the configuration is unfinished, that one is given. Kept data is never deleted by this way.",
    method: "POST",
    path: "/configurations/:configuration/deployments",
    permission: "deployment.start",
    status: 202,
    body: z.strictObject({ mark: z.string().describe("The mark of what was looked at and is to be deployed") }),
    output: DeploymentShape,
    async handle(context, { body: { mark } }) {
      const { panel, operator, actor } = context;
      const configuration = await configurationIn(context);
      const run = await requestRun(panel, operator.runs, { configuration, mark, by: nameOf(actor) });
      await context.audit({ action: "deployment.request", subject: `deployment ${run.id} of ${configuration.domain}` });
      return { body: shapedRun(run), headers: { location: `/api/operators/${operator.id}/deployments/${run.id}` } };
    },
  }),
  operation({
    name: "listDeployments",
    summary: "List deployments",
    description: "The newest first.",
    method: "GET",
    path: "/deployments",
    permission: "deployment.read",
    query: z.strictObject({ configuration: z.string().optional().describe("Only those of this configuration"), limit }),
    output: z.strictObject({ deployments: z.array(DeploymentShape) }),
    async handle({ operator }, { query }) {
      return { body: { deployments: (await operator.runs.list(query)).map(shapedRun) } };
    },
  }),
  operation({
    name: "getDeployment",
    summary: "Get a deployment",
    description: "How far it is, and what went wrong.",
    method: "GET",
    path: "/deployments/:deployment",
    permission: "deployment.read",
    output: DeploymentShape,
    async handle(context) {
      return { body: shapedRun(await runIn(context)) };
    },
  }),
  operation({
    name: "listEvents",
    summary: "List the events of a deployment",
    description: "Everything that the engine said, in its order, as the page on events describes it.",
    method: "GET",
    path: "/deployments/:deployment/events",
    permission: "deployment.read",
    query: z.strictObject({ after: whole.min(0).default(0).describe("Only events with a greater sequence number") }),
    output: z.strictObject({
      events: z.array(z.strictObject({ sequence: z.int(), event: z.looseObject({ event: z.string() }) })),
      status: DeploymentShape.shape.status,
    }),
    async handle(context, { query: { after } }) {
      const run = await runIn(context);
      const events = await context.operator.runs.events(run.id, after);
      return {
        body: { events: events.map(({ sequence, event }) => ({ sequence, event: { ...event } })), status: run.status },
      };
    },
  }),
  operation({
    name: "cancelDeployment",
    summary: "Cancel a deployment",
    description: "What is under way on a machine is brought to its end or taken back; what is done stays.",
    method: "POST",
    path: "/deployments/:deployment/cancel",
    permission: "deployment.cancel",
    status: 202,
    output: DeploymentShape,
    async handle(context) {
      const { operator, panel } = context;
      const run = await runIn(context);
      if (!(await operator.runs.cancel(run.id))) {
        throw new Failure({
          code: "deployment-finished",
          attempted: "cancel a deployment",
          subject: run.id,
          found: "it has ended already",
          next: "Nothing is left to cancel.",
        });
      }
      panel.watch.changed(run.id);
      await context.audit({ action: "deployment.cancel", subject: `deployment ${run.id}` });
      return { body: shapedRun(await runIn(context)) };
    },
  }),
];
