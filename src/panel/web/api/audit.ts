import { z } from "zod";
import { readAudit } from "../../audit/read-audit.ts";
import { operation } from "./operation.ts";

const EntryShape = z.strictObject({
  sequence: z.int(),
  time: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  outcome: z.enum(["done", "denied", "failed"]),
  source: z.string().describe("The address that asked"),
  detail: z.record(z.string(), z.unknown()),
});

/** Who did what of the operator's. */
export const auditOperations = [
  operation({
    name: "listAudit",
    summary: "Read the audit trail",
    description: "What was done and denied of the operator's, the newest first.",
    method: "GET",
    path: "/audit",
    permission: "audit.read",
    query: z.strictObject({
      before: z.coerce.number().int().min(1).optional().describe("Only entries with a smaller sequence number"),
      limit: z.coerce.number().int().min(1).max(200).default(50).describe("How many at most"),
    }),
    output: z.strictObject({ entries: z.array(EntryShape) }),
    async handle({ panel, operator }, { query }) {
      const found = await readAudit(panel.queries, { ...query, operator: operator.id });
      const entries = found.map(({ sequence, time, actor, action, subject, outcome, source, detail }) => ({
        sequence,
        time: time.toISOString(),
        actor,
        action,
        subject,
        outcome,
        source,
        detail,
      }));
      return { body: { entries } };
    },
  }),
];
