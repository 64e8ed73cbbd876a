import type { JsonObject } from "../../model/json.ts";
import type { Difference } from "../provider.ts";
import type { ComponentState } from "../state/state.ts";
import { sameJson } from "../same-json.ts";
import type { PlanNode } from "./plan.ts";

/** What is known of a component when its difference is judged. */
export interface Compared {
  readonly component: string;
  readonly type: string;
  readonly after: readonly string[];
  readonly from?: string | undefined;
  readonly prior: ComponentState | undefined;
}

type Judgement = Pick<PlanNode, "action" | "because" | "changes" | "drift" | "outputs" | "record">;

function interrupted(prior: ComponentState | undefined): string | undefined {
  return prior === undefined || prior.status === "present" ? undefined : `the last run ended while ${prior.status} it`;
}

function judgeSame(compared: Compared, inputs: JsonObject, outputs: JsonObject): Judgement {
  const { prior, after, from } = compared;
  const half = interrupted(prior);
  if (prior === undefined) {
    return {
      action: "update",
      because: "it is there, but was not made by this deployment",
      changes: [],
      drift: [],
      outputs,
    };
  }
  if (half !== undefined) return { action: "update", because: half, changes: [], drift: [], outputs };
  const known =
    from === undefined &&
    sameJson(prior.inputs, inputs) &&
    sameJson(prior.outputs, outputs) &&
    sameJson(prior.dependencies, after);
  return {
    action: "same",
    because: from === undefined ? "it is as it should be" : `it is as it should be, and was called ${from}`,
    changes: [],
    drift: [],
    outputs,
    ...(known ? {} : { record: true }),
  };
}

function reasonFor(
  { prior, from }: Compared,
  inputs: JsonObject,
  difference: Difference & { drift: readonly string[] },
): string {
  const half = interrupted(prior);
  if (half !== undefined) return half;
  if (prior === undefined) return difference.kind === "create" ? "it is new" : "it is there, but not as wanted";
  if (difference.kind === "create") return "it is gone";
  if (!sameJson(prior.inputs, inputs)) return from === undefined ? "its inputs changed" : `it takes over from ${from}`;
  return difference.drift.length > 0 ? "it was changed from outside" : "what is there differs from what is wanted";
}

/** Makes of what a provider found what is to be done. */
export function judge(compared: Compared, inputs: JsonObject, difference: Difference): PlanNode {
  const { component, type, after, from } = compared;
  const place = { component, type, after, ...(from === undefined ? {} : { from }) };
  if (difference.kind === "same") return { ...place, ...judgeSame(compared, inputs, difference.outputs) };
  const { kind, changes, drift, outputs } = difference;
  return {
    ...place,
    action: kind,
    because: reasonFor(compared, inputs, difference),
    changes,
    drift,
    ...(outputs === undefined ? {} : { outputs }),
  };
}

/** Plans a component that cannot be looked at before those that it needs are there. */
export function postpone(compared: Compared, missing: readonly string[]): PlanNode {
  const { component, type, after, prior } = compared;
  const waiting = `when ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} there`;
  return {
    component,
    type,
    after,
    action: prior === undefined ? "create" : "pending",
    because: prior === undefined ? `it is new; details are known ${waiting}` : `decided ${waiting}`,
    changes: [],
    drift: [],
  };
}
