/** Gives the time as milliseconds since 1970; differences are durations. */
export type Clock = () => number;

/** The computer's clock, steady while the process lives: a clock set back does not shorten what is being measured. */
export const steadyClock: Clock = () => performance.timeOrigin + performance.now();

/** Writes a time as ISO 8601 in UTC. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
