import type { Samples } from "./samples.ts";

/** One way to do the work that is measured. */
export interface Contestant {
  readonly name: string;
  /** Not measured; done before each of its turns. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /** Does the work, makes sure that it was really done, and gives what was measured. */
  readonly work: (round: number) => Promise<number>;
}

/**
 * Lets contestants do the same work by turns, so that whatever else this computer does falls on all of them alike.
 * One turn each before the first round warms caches up and is not counted. Whatever a contestant throws ends it all:
 * nothing is tried twice.
 * @param report called before each round
 * @returns what was measured, by contestant
 */
export async function takeTurns(options: {
  readonly rounds: number;
  readonly contestants: readonly Contestant[];
  readonly warmUp?: boolean | undefined;
  readonly report: (text: string) => void;
}): Promise<ReadonlyMap<string, Samples>> {
  const { rounds, contestants, warmUp = true, report } = options;
  const taken = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = warmUp ? 0 : 1; round <= rounds; round += 1) {
    report(round === 0 ? "warming up" : `round ${String(round)} of ${String(rounds)}`);
    for (const { name, prepare, work } of contestants) {
      await prepare?.();
      const measured = await work(round);
      if (round > 0) taken.get(name)?.push(measured);
    }
  }
  return taken;
}
