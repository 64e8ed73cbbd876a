import { z } from "zod";
import type { StoredConfiguration } from "../../configurations/configuration-store.ts";
import { stagedMark } from "../../configurations/configuration-store.ts";
import { stagedChanges } from "../../configurations/staged-changes.ts";
import type { StoredRun } from "../../runs/run-store.ts";
import { isObject, type JsonObject } from "../../../model/json.ts";

const Id = z.string().describe("An identifier");
const Time = z.iso.datetime().describe("ISO 8601, UTC");
const Value = z.unknown().describe("Any JSON value");
const Document = z.record(z.string(), Value).describe("A configuration, as the command line takes it");

/** What goes wrong, as the API says it. */
export const FailureShape = z
  .object({
    code: z.string().describe("What programs can rely on"),
    attempted: z.string().optional().describe("What was being done"),
    subject: z.string().optional().describe("What it is about: a path in the document, an id"),
    found: z.string().describe("What is wrong"),
    next: z.string().optional().describe("What to do next"),
    details: z.array(z.string()).readonly().optional().describe("Further lines, such as the end of a journal"),
    get failures() {
      return z
        .array(FailureShape)
        .readonly()
        .optional()
        .describe("The single failures, when this one stands for several");
    },
  })
  .describe("What went wrong");

/** A difference between what is deployed and what is staged. */
export const ChangeShape = z.strictObject({
  application: z.string().nullable().describe("Nothing where it concerns all"),
  kind: z.enum(["added", "removed", "changed"]),
  option: z.string().nullable(),
  from: Value,
  to: Value,
});

/** A configuration, in lists. */
export const ConfigurationShape = z.strictObject({
  id: Id,
  domain: z.string(),
  environment: z.string(),
  stagedAt: Time,
  deployedAt: Time.nullable(),
  mark: z.string().describe("Names what is staged; a deployment is requested with it"),
  changes: z.array(ChangeShape).describe("What a deployment would turn into what"),
});

/** A configuration with what is in it. */
export const WholeConfigurationShape = ConfigurationShape.extend({
  staged: Document,
  deployed: Document.nullable(),
});

/** A deployment. */
export const DeploymentShape = z.strictObject({
  id: Id,
  configuration: Id,
  environment: z.string(),
  status: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]),
  purge: z.boolean().describe("Whether kept data is deleted afterwards"),
  requestedBy: z.string(),
  requestedAt: Time,
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  cancelRequestedAt: Time.nullable(),
  failure: FailureShape.nullable(),
});

/** A configuration without the password that somebody may have brought along from the command line. */
function withoutPassword(configuration: JsonObject): JsonObject {
  const { initialUser } = configuration;
  if (!isObject(initialUser)) return configuration;
  const { password: _, ...shown } = initialUser;
  return { ...configuration, initialUser: shown };
}

/** A configuration as lists show it. */
export function shapedConfiguration(stored: StoredConfiguration): z.input<typeof ConfigurationShape> {
  const { id, domain, environment, staged, deployed, staged_at: stagedAt, deployed_at: deployedAt } = stored;
  const changes = stagedChanges(deployed === null ? null : withoutPassword(deployed), withoutPassword(staged));
  return {
    id,
    domain,
    environment,
    stagedAt: stagedAt.toISOString(),
    deployedAt: deployedAt?.toISOString() ?? null,
    mark: stagedMark(staged),
    changes: changes.map(({ application = null, kind, option = null, from = null, to = null }) => ({
      application,
      kind,
      option,
      from,
      to,
    })),
  };
}

/** A configuration as it is shown alone. */
export function wholeConfiguration(stored: StoredConfiguration): z.input<typeof WholeConfigurationShape> {
  const { staged, deployed } = stored;
  return {
    ...shapedConfiguration(stored),
    staged: withoutPassword(staged),
    deployed: deployed === null ? null : withoutPassword(deployed),
  };
}

/** A deployment as it is shown. */
export function shapedRun(run: StoredRun): z.input<typeof DeploymentShape> {
  return {
    id: run.id,
    configuration: run.configuration_id,
    environment: run.environment,
    status: run.status,
    purge: run.purge,
    requestedBy: run.requested_by,
    requestedAt: run.requested_at.toISOString(),
    startedAt: run.started_at?.toISOString() ?? null,
    finishedAt: run.finished_at?.toISOString() ?? null,
    cancelRequestedAt: run.cancel_requested_at?.toISOString() ?? null,
    failure: run.failure,
  };
}
