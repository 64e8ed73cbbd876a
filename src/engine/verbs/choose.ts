import { Failure } from "../../model/failure.ts";
import { nearest } from "../../model/nearest.ts";
import type { State } from "../state/state.ts";

/**
 * Gives the components of the state that a verb is about: the targets, or all.
 * @throws Failure `target-unknown`
 */
export function chosen(state: State, targets: readonly string[] | undefined): readonly string[] {
  const known = Object.keys(state.components).toSorted();
  const missing = targets?.find((target) => !known.includes(target));
  if (missing === undefined) return targets ?? known;
  const guess = nearest(missing, known);
  throw new Failure({
    code: "target-unknown",
    attempted: "limit the run to some components",
    subject: missing,
    found: "the state knows no such component",
    next: guess === undefined ? `Use some of: ${known.join(", ")}.` : `Did you mean ${guess}?`,
  });
}
