import { setTimeout } from "node:timers/promises";

/**
 * Begins work at given times, whether or not what began before has ended.
 * @param times milliseconds from now, in their order
 * @returns how long each took, in milliseconds, from the time when it should have begun: who waits for a turn waits
 * @throws whatever work threw first, once all has ended
 */
export async function openLoop(
  times: readonly number[],
  work: (index: number) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly number[]> {
  const begin = performance.now();
  const all: Promise<number>[] = [];
  for (const [index, time] of times.entries()) {
    const ahead = begin + time - performance.now();
    if (ahead > 1) await setTimeout(ahead, undefined, { signal });
    const done = work(index).then(() => performance.now() - begin - time);
    // Thrown below, when the others have ended.
    done.catch(() => undefined);
    all.push(done);
  }
  await Promise.allSettled(all);
  return await Promise.all(all);
}
