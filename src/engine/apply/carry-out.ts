import { Failure } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import { removalContext, wantedContext } from "../context.ts";
import { sameJson } from "../same-json.ts";
import type { Plan, PlanNode } from "../plan/plan.ts";
import type { Provider } from "../provider.ts";
import { visitAll } from "../perform.ts";
import { checkOutputs, resolveInputs } from "../resolve.ts";
import type { Run } from "../run.ts";
import type { Vault } from "../secrets/vault.ts";
import type { Walked } from "../walk.ts";
import { attempt } from "./attempt.ts";
import type { Ledger } from "./ledger.ts";

/** What a plan is carried out with. */
export interface CarryOut {
  readonly plan: Plan;
  readonly book: Ledger;
  readonly vault: Vault;
  /** Components to be deleted that are known to be gone: nobody is asked to remove them. */
  readonly forget?: readonly string[] | undefined;
}

function providerOf(run: Run, node: PlanNode): Provider {
  const provider = run.providers.get(node.type);
  if (provider !== undefined) return provider;
  throw new Failure({
    code: "type-unknown",
    attempted: `${node.action} ${node.component}`,
    subject: node.component,
    found: `no provider knows the type ${node.type}`,
    next: "Add the module that provides this type to fediversity.config.ts again.",
  });
}

async function remove(run: Run, { book, vault, forget }: CarryOut, node: PlanNode): Promise<void> {
  const { component, type } = node;
  if (forget?.includes(component) === true) {
    await book.write({ kind: "forgotten", component });
    run.emit({ event: "component-finished", component, outcome: "deleted", duration: 0 });
    return;
  }
  const provider = providerOf(run, node);
  const prior = book.state.components[component];
  if (prior === undefined) return;
  const context = removalContext(run, {
    component,
    secrets: vault,
    prior,
    remember: book.rememberer(component),
    all: book.state.components,
    rememberOf: book.rememberer,
  });
  await attempt(run, book, {
    component,
    action: "delete",
    intent: [{ kind: "intent", component, type, action: "delete" }],
    work: () => provider.delete(context),
    outcome: () => "deleted",
    entry: (_, duration) => ({ kind: "deleted", component, kept: provider.purge !== undefined, duration }),
  });
}

async function reconcile(run: Run, { book, vault }: CarryOut, node: PlanNode, inputs: JsonObject): Promise<JsonObject> {
  const { component, type, from, after: dependencies } = node;
  const provider = providerOf(run, node);
  const moved = from === undefined ? [] : [{ kind: "moved" as const, from, to: component }];
  const prior = book.state.components[from ?? component];
  const action = prior?.outputs === undefined ? "create" : "update";
  const remember = book.rememberer(component);
  const context = wantedContext(run, { component, secrets: vault, prior, remember }, inputs);
  const result = await attempt(run, book, {
    component,
    action,
    intent: [...moved, { kind: "intent", component, type, action, inputs, dependencies }],
    async work() {
      const reconciled = await provider.reconcile(context);
      return { ...reconciled, outputs: checkOutputs(component, provider.type, reconciled.outputs) };
    },
    outcome: ({ outcome }) => outcome,
    entry: ({ outcome, outputs, memory }, duration) => ({
      kind: "outcome",
      component,
      action,
      outcome,
      outputs,
      ...(memory === undefined ? {} : { memory }),
      duration,
    }),
  });
  return result.outputs;
}

/**
 * Walks the graph of a plan, exactly that: what is as it should be is left alone, a component that fails stops only
 * those that come after it.
 */
export async function carryOut(run: Run, options: CarryOut): Promise<Walked> {
  const { plan, book } = options;
  const planned = new Map(plan.nodes.map((node) => [node.component, node.outputs]));
  const outputs = new Map<string, JsonObject>();

  const bring = async (node: PlanNode): Promise<JsonObject> => {
    const { component, from, after: dependencies } = node;
    const { type } = providerOf(run, node);
    const unresolved = plan.deployment.components[component]?.inputs ?? {};
    const inputs = resolveInputs({ component, type, inputs: unresolved, outputsOf: (path) => outputs.get(path) });
    // The plan knew the outputs of what comes first, or took them from what was there: it may have come differently.
    const asPlanned = dependencies.every((path) => sameJson(planned.get(path), outputs.get(path)));
    if (node.action !== "same" || node.outputs === undefined || !asPlanned)
      return reconcile(run, options, node, inputs);
    if (node.record === true) {
      const moved = from === undefined ? [] : [{ kind: "moved" as const, from, to: component }];
      await book.write(...moved, { kind: "recorded", component, inputs, outputs: node.outputs, dependencies });
    }
    run.emit({ event: "component-finished", component, outcome: "unchanged", duration: 0 });
    return node.outputs;
  };

  return visitAll(run, plan.nodes, async (node) => {
    if (node.failure !== undefined) throw new Failure(node.failure);
    if (node.action === "delete") await remove(run, options, node);
    else outputs.set(node.component, await bring(node));
  });
}
