import type { Durations } from "./state/state.ts";

/** Gives the median of the remembered durations in milliseconds, `undefined` when it was never done before. */
export function estimate(durations: Durations, component: string, action: string): number | undefined {
  const sorted = (durations[component]?.[action] ?? []).toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  const lower = sorted[sorted.length % 2 === 0 ? middle - 1 : middle];
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2;
}
