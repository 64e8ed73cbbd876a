import type { Deployment } from "../../model/deployment.ts";
import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import { wantedContext } from "../context.ts";
import type { PlannedChange } from "../event.ts";
import { checkDeployment } from "../graph.ts";
import { componentReport, perform } from "../perform.ts";
import type { Provider } from "../provider.ts";
import { checkOutputs, resolveInputs } from "../resolve.ts";
import type { Run } from "../run.ts";
import type { Vault } from "../secrets/vault.ts";
import type { State } from "../state/state.ts";
import { walk } from "../walk.ts";
import { deleteFirst, planDeletions } from "./deletions.ts";
import { judge, postpone, type Compared } from "./differences.ts";
import { countNodes, type Plan, type PlanNode } from "./plan.ts";
import { scopeOf } from "./targets.ts";

/** What a plan is made from. */
export interface PlanOptions {
  readonly deployment: Deployment;
  readonly state: State;
  readonly vault: Vault;
  /** Only these components and what they need. */
  readonly targets?: readonly string[] | undefined;
}

function announce(run: Run, node: PlanNode): void {
  const { component, action, because, changes, drift, after } = node;
  const change: PlannedChange = { component, action, because, changes, drift, after };
  if (node.failure === undefined) run.emit({ event: "component-planned", change });
}

/** Finds the component that goes and is about the same thing outside as one that comes. */
function predecessor(
  state: State,
  unwanted: ReadonlySet<string>,
  provider: Provider,
  inputs: JsonObject,
): string | undefined {
  const identity = provider.identity?.(inputs);
  if (identity === undefined) return undefined;
  return [...unwanted].find((path) => {
    const known = state.components[path];
    return known?.type === provider.type.name && provider.identity?.(known.inputs) === identity;
  });
}

/**
 * Compares what is wanted with what is there, and gives the graph of what has to be done. Changes nothing. What cannot
 * be looked at is part of the plan as a failure; everything else is planned all the same.
 * @throws Failure `deployment-invalid`, `dependency-cycle`, `target-unknown`, `target-in-use`, `interrupted`
 */
export async function makePlan(run: Run, options: PlanOptions): Promise<Plan> {
  const { deployment, state, vault, targets } = options;
  const after = checkDeployment(deployment, run.providers);
  const { wanted, gone } = scopeOf({ after, state, targets });
  const unwanted = new Set(Object.keys(state.components).filter((path) => !after.has(path)));
  const nodes = new Map<string, PlanNode>();

  const decide = async (component: string): Promise<PlanNode> => {
    const { type, inputs: unresolved } = deployment.components[component] ?? { type: "", inputs: {} };
    const provider = run.providers.get(type);
    const first = after.get(component) ?? [];
    const known: Compared = { component, type, after: first, prior: state.components[component] };
    const missing = first.filter((path) => nodes.get(path)?.outputs === undefined);
    if (provider === undefined || missing.length > 0) return postpone(known, missing);
    try {
      const outputsOf = (path: string): JsonObject | undefined => nodes.get(path)?.outputs;
      const inputs = resolveInputs({ component, type: provider.type, inputs: unresolved, outputsOf });
      const from = known.prior === undefined ? predecessor(state, unwanted, provider, inputs) : undefined;
      if (from !== undefined) unwanted.delete(from);
      const compared = from === undefined ? known : { ...known, from, prior: state.components[from] };
      const context = wantedContext(run, { component, secrets: vault, prior: compared.prior }, inputs);
      const difference = await perform(run, { component, action: "diff", outcome: () => "planned" }, async () => {
        const found = await provider.diff(context);
        if (found.outputs === undefined) return found;
        return { ...found, outputs: checkOutputs(component, provider.type, found.outputs) };
      });
      return judge(compared, inputs, difference);
    } catch (error) {
      const report = run.failures.get(component) ?? componentReport(run, error, component, `compare ${component}`);
      run.emit({ event: "component-failed", component, report, duration: 0 });
      const because = "it could not be compared";
      return { component, type, after: first, action: "pending", because, changes: [], drift: [], failure: report };
    }
  };

  await walk({
    nodes: wanted.map((component) => ({ component, after: after.get(component) ?? [] })),
    parallel: run.parallel,
    signal: run.signal,
    async visit({ component }) {
      const node = await decide(component);
      nodes.set(component, node);
      announce(run, node);
    },
  });
  if (run.signal.aborted) {
    throw new Failure({
      code: "interrupted",
      attempted: `plan ${deployment.name}`,
      subject: deployment.name,
      found: "the run was interrupted before the plan was complete",
      next: "Run the same command again.",
    });
  }
  const wantedNodes = wanted.map((component) => nodes.get(component)).filter((node) => node !== undefined);
  const deletions = planDeletions(
    state,
    gone.filter((path) => unwanted.has(path)),
    wantedNodes,
  );
  for (const node of deletions) announce(run, node);
  const couldBeSame = (type: string): boolean => run.providers.get(type)?.identity !== undefined;
  const all = deleteFirst([...wantedNodes, ...deletions], state, couldBeSame);
  return {
    format: 1,
    deployment,
    base: state.sequence,
    secrets: vault.revisions(),
    ...(targets === undefined ? {} : { targets }),
    nodes: all,
    counts: countNodes(all),
  };
}
