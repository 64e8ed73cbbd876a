import type { Entry } from "./entry.ts";
import { emptyState, type ComponentState, type State } from "./state.ts";

/** How many durations are remembered per component and action. */
const remembered = 5;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = { -readonly [K in keyof State]: Mutable<State[K]> };

function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _, ...rest } = record;
  return rest;
}

function took(draft: Draft, component: string, action: string, duration: number): void {
  const known = draft.durations[component] ?? {};
  draft.durations[component] = { ...known, [action]: [...(known[action] ?? []), duration].slice(-remembered) };
}

function intend(draft: Draft, entry: Extract<Entry, { kind: "intent" }>): void {
  if (entry.action === "purge") return;
  const { wanted: _, ...known } = draft.components[entry.component] ?? { inputs: {}, dependencies: [] };
  draft.kept = without(draft.kept, entry.component);
  draft.components[entry.component] = {
    ...known,
    type: entry.type,
    inputs: entry.inputs ?? known.inputs,
    // Until the attempt has ended well, what is outside may still use what it used before.
    dependencies: [...new Set([...known.dependencies, ...(entry.dependencies ?? [])])],
    status: entry.action === "delete" ? "deleting" : "outputs" in known ? "updating" : "creating",
    ...(entry.dependencies === undefined ? {} : { wanted: entry.dependencies }),
  };
}

function settle(draft: Draft, component: string, change: Partial<ComponentState>): void {
  const known = draft.components[component];
  if (known === undefined) return;
  const { wanted = known.dependencies, ...rest } = known;
  draft.components[component] = { ...rest, dependencies: wanted, ...change, status: "present" };
}

function move(draft: Draft, from: string, to: string): void {
  const moved = draft.components[from];
  if (moved === undefined) return;
  const renamed = (paths: readonly string[]): readonly string[] => paths.map((path) => (path === from ? to : path));
  draft.components = Object.fromEntries(
    Object.entries({ ...without(draft.components, from), [to]: moved }).map(([path, component]) => [
      path,
      { ...component, dependencies: renamed(component.dependencies) },
    ]),
  );
  const durations = draft.durations[from];
  if (durations !== undefined) draft.durations = { ...without(draft.durations, from), [to]: durations };
}

function remove(draft: Draft, component: string, keep: boolean): void {
  const removed = draft.components[component];
  if (removed === undefined) return;
  draft.components = without(draft.components, component);
  if (keep) draft.kept[component] = removed;
}

function take(draft: Draft, entry: Entry): void {
  switch (entry.kind) {
    case "journal":
    case "run-started":
    case "run-finished":
    case "failed":
      return;
    case "snapshot":
      Object.assign(draft, copy(entry.state));
      return;
    case "deployment":
      draft.deployment = entry.deployment;
      return;
    case "secret":
      draft.secrets[entry.name] = entry.secret;
      return;
    case "secret-dropped":
      draft.secrets = without(draft.secrets, entry.name);
      return;
    case "intent":
      intend(draft, entry);
      return;
    case "memory": {
      const known = draft.components[entry.component];
      if (known !== undefined) draft.components[entry.component] = { ...known, memory: entry.memory };
      return;
    }
    case "outcome": {
      const { component, outputs, memory } = entry;
      settle(draft, component, { outputs, ...(memory === undefined ? {} : { memory }) });
      took(draft, component, entry.action, entry.duration);
      return;
    }
    case "recorded": {
      const { component, inputs, outputs, dependencies } = entry;
      settle(draft, component, { inputs, outputs, dependencies });
      return;
    }
    case "deleted":
      remove(draft, entry.component, entry.kept);
      took(draft, entry.component, "delete", entry.duration);
      return;
    case "purged":
      draft.kept = without(draft.kept, entry.component);
      took(draft, entry.component, "purge", entry.duration);
      return;
    case "moved":
      move(draft, entry.from, entry.to);
      return;
    case "forgotten":
      remove(draft, entry.component, false);
      draft.kept = without(draft.kept, entry.component);
      return;
    default:
      entry satisfies never;
  }
}

function copy(state: State): Draft {
  return {
    ...state,
    components: { ...state.components },
    kept: { ...state.kept },
    secrets: { ...state.secrets },
    durations: { ...state.durations },
  };
}

/**
 * Gives the state after these entries. Pure: `base` stays as it is.
 * An entry written under an older lease than one before it is left out: its run had been taken over.
 */
export function fold(entries: readonly Entry[], base: State = emptyState): State {
  const draft = copy(base);
  for (const entry of entries) {
    if (entry.fence < draft.fence) continue;
    take(draft, entry);
    draft.sequence = entry.sequence;
    draft.fence = entry.fence;
  }
  return draft;
}
