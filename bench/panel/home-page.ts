import { Failure } from "../../src/model/failure.ts";
import { arrivals, randomFrom } from "./arrivals.ts";
import type { Client } from "./client.ts";
import { openLoop } from "./open-loop.ts";
import type { Visitor } from "./population.ts";

const perSecond = 50;

/**
 * Lets people look at their home pages, 50 a second, whoever it happens to be.
 * @returns how long each waited, in milliseconds
 * @throws Failure `bench-work` when a page is not the one of its operator
 */
export async function lookHome(options: {
  readonly client: Client;
  readonly visitors: readonly Visitor[];
  readonly seconds: number;
  /** Makes every round another one. */
  readonly seed: number;
  readonly signal: AbortSignal;
}): Promise<readonly number[]> {
  const { client, visitors, seconds, seed, signal } = options;
  const random = randomFrom(seed);
  const times = arrivals({ perSecond, seconds, random });
  const chosen = times.map(() => visitors[Math.floor(random() * visitors.length)] as Visitor);
  return await openLoop(
    times,
    async (index) => {
      const { operator, session, domains } = chosen[index] as Visitor;
      const page = await client.get(`/operators/${operator}/services`, session);
      if (domains.every((domain) => page.includes(domain)) && page.endsWith("</html>")) return;
      throw new Failure({
        code: "bench-work",
        attempted: "look at a home page",
        subject: operator,
        found: "it does not have all that runs for this operator",
        next: "A measurement counts only when the work was done.",
      });
    },
    signal,
  );
}
