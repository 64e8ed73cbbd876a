import type { Deployment } from "../../model/deployment.ts";
import { Failure, type FailureReport } from "../../model/failure.ts";
import { isObject, type JsonObject } from "../../model/json.ts";
import type { PlannedChange } from "../event.ts";
import type { Counts } from "../run.ts";

/** One node of the graph that apply walks. */
export interface PlanNode extends PlannedChange {
  readonly type: string;
  /** What others can refer to, as far as it is known before anything is done. */
  readonly outputs?: JsonObject | undefined;
  /** Nothing is to be done outside, but the state does not know everything yet. */
  readonly record?: boolean | undefined;
  /** The path by which the state knows the same thing outside so far. */
  readonly from?: string | undefined;
  /** Why it could not be planned; apply leaves it and what needs it alone. */
  readonly failure?: FailureReport | undefined;
}

/** What apply would do: plain data, that can be kept in a file and applied as long as the state stays the same. */
export interface Plan {
  readonly format: 1;
  /** What is wanted. */
  readonly deployment: Deployment;
  /** Sequence number of the state that the plan starts from. */
  readonly base: number;
  /** Revisions of the declared secrets; `new` for those that get a value by applying. */
  readonly secrets: { readonly [name: string]: string };
  /** What the plan was limited to. */
  readonly targets?: readonly string[] | undefined;
  /** First what is wanted, with what others need before them; then what goes. */
  readonly nodes: readonly PlanNode[];
  /** Number of nodes by action; those that could not be planned count as `failed`. */
  readonly counts: Counts;
}

/** Counts the nodes of a plan by what is to be done. */
export function countNodes(nodes: readonly PlanNode[]): Counts {
  const counts: Record<string, number> = {};
  for (const node of nodes) {
    const action = node.failure === undefined ? node.action : "failed";
    counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

/**
 * Reads a plan that was kept in a file.
 * @throws Failure `plan-invalid`
 */
export function parsePlan(value: unknown): Plan {
  const whole =
    isObject(value) && isObject(value["deployment"]) && isObject(value["secrets"]) && Array.isArray(value["nodes"]);
  if (whole && value["format"] === 1 && typeof value["base"] === "number") return value as unknown as Plan;
  throw new Failure({
    code: "plan-invalid",
    attempted: "read a plan",
    found: "it is not a plan that this version of Fediversity made",
    next: "Make the plan again.",
  });
}
