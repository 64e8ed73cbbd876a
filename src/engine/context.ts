import { Failure } from "../model/failure.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Prior, PriorContext, ProviderContext, RemovalContext, SecretReader } from "./provider.ts";
import type { Run } from "./run.ts";
import type { ComponentState } from "./state/state.ts";

/** What a provider's call is about. */
export interface ContextOptions {
  readonly component: string;
  readonly secrets: SecretReader;
  readonly prior: ComponentState | undefined;
  /** Writes notes to the state; absent where nothing may be written. */
  readonly remember?: ((memory: Json) => Promise<void>) | undefined;
}

function readOnly(component: string): Promise<never> {
  return Promise.reject(
    new Failure({
      code: "internal",
      attempted: "write notes to the state",
      subject: component,
      found: "a provider wanted to remember something in a call that changes nothing",
      next: "This is a defect of the provider: please report it.",
    }),
  );
}

function priorOf({ inputs, outputs, memory, status }: ComponentState): Prior {
  return { inputs, outputs, memory, status };
}

function common(run: Run, options: ContextOptions): Omit<PriorContext, "prior"> {
  const { component, secrets, remember } = options;
  return {
    component,
    deployment: run.deployment,
    secrets,
    signal: run.signal,
    progress: (phase, detail = {}) => run.emit({ event: "component-progress", component, phase, ...detail }),
    remember: remember ?? (() => readOnly(component)),
  };
}

/** Makes what a provider gets when there are wanted inputs. */
export function wantedContext(run: Run, options: ContextOptions, inputs: JsonObject): ProviderContext<unknown> {
  const prior = options.prior === undefined ? undefined : priorOf(options.prior);
  return { ...common(run, options), inputs, prior };
}

/** Makes what a provider gets when there is only what the state knows. */
export function priorContext(run: Run, options: ContextOptions & { readonly prior: ComponentState }): PriorContext {
  return { ...common(run, options), prior: priorOf(options.prior) };
}

/** Makes what a provider gets to remove something. @param options `all`: what the state knows of all components */
export function removalContext(
  run: Run,
  options: ContextOptions & {
    readonly prior: ComponentState;
    readonly all: { readonly [path: string]: ComponentState };
    /** Writes notes of the components below. */
    readonly rememberOf: (component: string) => (memory: Json) => Promise<void>;
  },
): RemovalContext {
  const { prior, secrets, all, rememberOf } = options;
  return {
    ...priorContext(run, options),
    async rouse() {
      for (const component of prior.dependencies) {
        const below = all[component];
        const provider = below === undefined ? undefined : run.providers.get(below.type);
        if (below === undefined || provider?.wake === undefined) continue;
        const context = priorContext(run, { component, secrets, prior: below, remember: rememberOf(component) });
        if (!(await provider.wake(context))) return false;
      }
      return true;
    },
  };
}
