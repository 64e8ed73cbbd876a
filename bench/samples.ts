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

/**
 * What at least so many of a hundred samples are not above: the nearest rank, which is always one of the samples. Zero
 * when there are none. Pure.
 */
export function percentile(samples: Samples, hundredths: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((hundredths / 100) * sorted.length) - 1)] ?? 0;
}
