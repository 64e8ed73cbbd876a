/** Numbers from 0 on, below 1, that look random and are the same in every run: mulberry32. Pure in its seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * When people come who know nothing of each other: a Poisson process.
 * @returns milliseconds from the beginning, in their order
 */
export function arrivals(options: {
  readonly perSecond: number;
  readonly seconds: number;
  readonly random: () => number;
}): readonly number[] {
  const { perSecond, seconds, random } = options;
  const times: number[] = [];
  for (let at = 0; ;) {
    at += (-Math.log(1 - random()) * 1000) / perSecond;
    if (at >= seconds * 1000) return times;
    times.push(at);
  }
}
