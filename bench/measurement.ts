import { budgetInWords, isMet, type Budget } from "./budget.ts";
import { median, type Samples } from "./samples.ts";
import type { Unit } from "./unit.ts";

/** One thing that was measured, side by side with a peer where there is one. */
export interface Measurement {
  /** What was done, on how many machines and against whom. */
  readonly name: string;
  readonly unit: Unit;
  readonly ours: Samples;
  readonly peer?: Samples | undefined;
  /** Which command the peer's samples are of. */
  readonly against?: string | undefined;
  readonly budget?: Budget | undefined;
  /** Why there is no peer. */
  readonly skipped?: string | undefined;
}

/** One measurement as scripts read it. Amounts are medians. */
export interface Row {
  readonly name: string;
  readonly unit: Unit;
  readonly ours: number;
  readonly peer: number | null;
  /** How many times ours the peer's is: more than 1 is in our favour. */
  readonly ratio: number | null;
  readonly budget: string | null;
  /** Null where there is no budget, or no peer to hold it against. */
  readonly met: boolean | null;
}

function rounded(amount: number): number {
  return Number(amount.toPrecision(4));
}

/** What a measurement is called in reports: with its peer, and the reason where the peer is missing. Pure. */
export function nameOf({ name, against, skipped }: Measurement): string {
  const peer = against === undefined ? "" : `, against ${against}`;
  return `${name}${peer}${skipped === undefined ? "" : ` (not measured: ${skipped})`}`;
}

/** Gives the row of a measurement. Pure. */
export function rowOf(measurement: Measurement): Row {
  const { unit, budget } = measurement;
  const ours = median(measurement.ours);
  const peer = measurement.peer === undefined ? undefined : median(measurement.peer);
  return {
    name: nameOf(measurement),
    unit,
    ours: rounded(ours),
    peer: peer === undefined ? null : rounded(peer),
    ratio: peer === undefined ? null : rounded(peer / ours),
    budget: budget === undefined ? null : budgetInWords(budget, unit),
    met: (budget === undefined ? undefined : isMet(budget, ours, peer)) ?? null,
  };
}
