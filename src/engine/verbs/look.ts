import { Failure, type FailureReport } from "../../model/failure.ts";
import { priorContext } from "../context.ts";
import { perform, visitEach, type Action, type Outcome } from "../perform.ts";
import type { PriorContext, Provider } from "../provider.ts";
import type { Run } from "../run.ts";
import type { Begun } from "../session.ts";

/** What looking at one component gave: a result, or why there is none. */
export type Look<Result> =
  | { readonly component: string; readonly type: string; readonly result: Result }
  | { readonly component: string; readonly type: string; readonly failure: FailureReport };

/** How components are looked at. */
export interface LookOptions<Result> {
  readonly components: readonly string[];
  readonly action: Action;
  readonly outcome: Outcome;
  ask(provider: Provider, context: PriorContext, component: string): Promise<Result>;
}

function providerOf(run: Run, type: string, component: string): Provider {
  const provider = run.providers.get(type);
  if (provider !== undefined) return provider;
  throw new Failure({
    code: "type-unknown",
    attempted: `look at ${component}`,
    subject: component,
    found: `no provider knows the type ${type}`,
    next: "Add the module that provides this type to fediversity.config.ts again.",
  });
}

/** Asks the providers of components that the state knows, side by side, without changing anything. */
export async function lookAt<Result>(
  { run, state, vault }: Begun,
  { components, action, outcome, ask }: LookOptions<Result>,
): Promise<readonly Look<Result>[]> {
  const results = new Map<string, Result>();
  await visitEach(run, components, async (component) => {
    const prior = state.components[component];
    if (prior === undefined) return;
    const result = await perform(run, { component, action, outcome: () => outcome }, () => {
      const context = priorContext(run, { component, secrets: vault, prior });
      return ask(providerOf(run, prior.type, component), context, component);
    });
    results.set(component, result);
  });
  return components.flatMap((component): readonly Look<Result>[] => {
    const type = state.components[component]?.type ?? "";
    const failure = run.failures.get(component);
    if (failure !== undefined) return [{ component, type, failure }];
    const result = results.get(component);
    return result === undefined ? [] : [{ component, type, result }];
  });
}
