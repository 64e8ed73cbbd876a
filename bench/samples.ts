/** What was measured in the rounds of one contestant, in their order. */
export type Samples = readonly number[];

/** The middle of what was measured; of two in the middle, their mean. Zero when nothing was. Pure. */
export function median(samples: Samples): number {
  const sorted = samples.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** The least and the greatest of what was measured. Pure. */
export function range(samples: Samples): { readonly least: number; readonly greatest: number } {
  return { least: Math.min(...samples), greatest: Math.max(...samples) };
}
