import { Failure } from "../../model/failure.ts";
import { nearest } from "../../model/nearest.ts";
import type { State } from "../state/state.ts";

/** What a run is about. */
export interface Scope {
  /** Components that must exist, those that others need first. */
  readonly wanted: readonly string[];
  /** Components that the state knows and nobody wants any more. */
  readonly gone: readonly string[];
}

function unknownTarget(target: string, known: readonly string[]): Failure {
  const guess = nearest(target, known);
  return new Failure({
    code: "target-unknown",
    attempted: "limit the run to some components",
    subject: target,
    found: "there is no such component, neither in the deployment nor in the state",
    next: guess === undefined ? `Use some of: ${known.join(", ")}.` : `Did you mean ${guess}?`,
  });
}

function inUse(target: string, users: readonly string[]): Failure {
  return new Failure({
    code: "target-in-use",
    attempted: `delete ${target}`,
    subject: target,
    found: `it is still used by ${users.join(", ")}`,
    next: "Add these to the targets, or run without targets.",
  });
}

/**
 * Finds out what a run is about. Targets bring what they need with them; what needs a target is left alone.
 * @param after the components that come first, for every component of the deployment
 * @throws Failure `target-unknown`, `target-in-use`
 */
export function scopeOf(options: {
  readonly after: ReadonlyMap<string, readonly string[]>;
  readonly state: State;
  readonly targets: readonly string[] | undefined;
}): Scope {
  const { after, state, targets } = options;
  const left = Object.keys(state.components).filter((path) => !after.has(path));
  const known = [...after.keys(), ...left].toSorted();
  const missing = targets?.find((target) => !known.includes(target));
  if (missing !== undefined) throw unknownTarget(missing, known);

  const wanted: string[] = [];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path) || !after.has(path)) return;
    seen.add(path);
    for (const first of (after.get(path) ?? []).toSorted()) visit(first);
    wanted.push(path);
  };
  for (const path of (targets ?? [...after.keys()]).toSorted()) visit(path);
  const gone = targets === undefined ? left : left.filter((path) => targets.includes(path));

  if (targets !== undefined) {
    for (const path of gone) {
      const users = Object.entries(state.components)
        .filter(([user, item]) => item.dependencies.includes(path) && !gone.includes(user) && !seen.has(user))
        .map(([user]) => user);
      if (users.length > 0) throw inUse(path, users);
    }
  }
  return { wanted, gone };
}
