import { z } from "zod";
import type { StampedEvent } from "../engine/event.ts";
import type { FailureReport } from "../model/failure.ts";

/** What `--json` prints, one a line: every event as it happens, and at the end either a result or a failure. */
export type JsonLine =
  | StampedEvent
  | {
      readonly event: "result";
      readonly time: string;
      readonly verb: string;
      /** What the verb gives: a deployment, a plan, a list of readings, a summary … */
      readonly result: unknown;
    }
  | {
      readonly event: "failure";
      readonly time: string;
      readonly verb: string;
      readonly exitCode: number;
      readonly report: FailureReport;
    };

const strings = z.array(z.string()).readonly();
const component = z.string().describe("Path of the component, as type/name");
const duration = z.number().describe("Milliseconds");
const time = z.string().describe("ISO 8601, in UTC");
const stamp = { time, run: z.string().describe("Tells one run from another") };

const report: z.ZodType<FailureReport> = z
  .object({
    code: z.string().describe("Kebab-case; stays the same between versions"),
    attempted: z.string(),
    subject: z.string().optional(),
    found: z.string(),
    next: z.string().describe("What to do"),
    details: strings.optional(),
    get failures(): z.ZodOptional<z.ZodReadonly<z.ZodArray<z.ZodType<FailureReport>>>> {
      return z.array(report).readonly().optional();
    },
  })
  .readonly()
  .meta({ id: "FailureReport" });

const change = z
  .object({
    verb: z.enum(["add", "change", "remove", "start", "stop", "restart", "reload"]),
    what: z.string(),
    detail: strings.optional().describe("Lines of a unified diff, or a word on why"),
  })
  .readonly();

const planned = z
  .object({
    component,
    action: z.enum(["same", "create", "update", "delete", "pending"]),
    because: z.string(),
    changes: z.array(change).readonly(),
    drift: strings,
    after: strings.describe("Components that come first"),
  })
  .readonly();

const health = z.object({ name: z.string(), healthy: z.boolean(), text: z.string() }).readonly();

/** The schema of {@link JsonLine}. */
export const JsonLine = z.discriminatedUnion("event", [
  z
    .object({
      ...stamp,
      event: z.literal("run-started"),
      verb: z.enum(["plan", "apply", "status", "rollback", "destroy", "purge", "doctor", "rotate", "amend"]),
      deployment: z.string(),
      components: strings,
    })
    .describe("A run begins; these components are known so far"),
  z
    .object({ ...stamp, event: z.literal("component-planned"), change: planned })
    .describe("What is to be done, and why"),
  z
    .object({
      ...stamp,
      event: z.literal("component-started"),
      component,
      action: z.enum(["create", "update", "delete", "read", "rollback", "purge", "examine", "diff"]),
      estimate: duration.optional().describe("Milliseconds it took the last times, when that is known"),
    })
    .describe("Work on a component begins"),
  z
    .object({
      ...stamp,
      event: z.literal("component-progress"),
      component,
      phase: z.string(),
      text: z.string().optional(),
      done: z.number().optional(),
      total: z.number().optional(),
    })
    .describe("How far the work is; `done` of `total` in bytes or steps"),
  z
    .object({
      ...stamp,
      event: z.literal("component-finished"),
      component,
      outcome: z.enum([
        "unchanged",
        "created",
        "updated",
        "deleted",
        "purged",
        "rolled-back",
        "read",
        "examined",
        "planned",
      ]),
      duration,
    })
    .describe("Work on a component ended well"),
  z
    .object({ ...stamp, event: z.literal("component-failed"), component, report, duration })
    .describe("Work on a component failed"),
  z
    .object({ ...stamp, event: z.literal("component-skipped"), component, because: z.string() })
    .describe("A component was left as it was"),
  z
    .object({
      ...stamp,
      event: z.literal("component-status"),
      component,
      exists: z.boolean(),
      drift: strings,
      health: z.array(health).readonly(),
      generation: z.number().optional(),
      freeBytes: z.number().optional(),
    })
    .describe("What was read of a component"),
  z
    .object({ ...stamp, event: z.literal("note"), text: z.string(), component: z.string().optional() })
    .describe("Something worth knowing, such as the takeover of a dead run"),
  z
    .object({
      ...stamp,
      event: z.literal("run-finished"),
      outcome: z.enum(["done", "failed", "interrupted"]),
      counts: z.record(z.string(), z.number()).readonly().describe("How often each outcome occurred"),
      duration,
    })
    .describe("A run ends"),
  z
    .object({ event: z.literal("result"), time, verb: z.string(), result: z.unknown() })
    .describe("The last line of a command that ended well: what it gives"),
  z
    .object({ event: z.literal("failure"), time, verb: z.string(), exitCode: z.int(), report })
    .describe("The last line of a command that failed"),
]);

/** Gives the JSON Schema of the lines. */
export function jsonLineSchema(): object {
  return { title: "A line of --json", ...z.toJSONSchema(JsonLine) };
}
