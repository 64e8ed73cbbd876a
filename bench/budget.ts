import { quantity, type Unit } from "./unit.ts";

/** What a measurement has to reach. */
export type Budget =
  /** Ours is at most this, whatever the peer does. */
  | { readonly kind: "at-most"; readonly most: number }
  /** The peer's is at least so many times ours. */
  | { readonly kind: "times-less"; readonly least: number }
  /** Ours is at most so many times the peer's, and a bit. */
  | {
      readonly kind: "at-most-times-peer";
      readonly factor: number;
      readonly plus?: { readonly amount: number; readonly what: string } | undefined;
    };

/** Says a budget in words. Pure. */
export function budgetInWords(budget: Budget, unit: Unit): string {
  switch (budget.kind) {
    case "at-most":
      return `ours ≤ ${quantity(budget.most, unit)}`;
    case "times-less":
      return `ratio ≥ ${String(budget.least)}`;
    case "at-most-times-peer": {
      const plus = budget.plus === undefined ? "" : ` + ${quantity(budget.plus.amount, unit)} (${budget.plus.what})`;
      return `ours ≤ ${String(budget.factor)} × peer${plus}`;
    }
  }
}

/**
 * Tells whether a budget is met; undefined when it needs a peer and there is none. Pure.
 * @param ours and `peer`: medians
 */
export function isMet(budget: Budget, ours: number, peer: number | undefined): boolean | undefined {
  if (budget.kind === "at-most") return ours <= budget.most;
  if (peer === undefined) return undefined;
  if (budget.kind === "times-less") return peer / ours >= budget.least;
  return ours <= budget.factor * peer + (budget.plus?.amount ?? 0);
}
