import type { Lab } from "../../checks/driver/lab.ts";
import { trafficOf } from "../network/traffic.ts";
import type { Contestant } from "../rounds.ts";

/** The same contestant, counting the bytes that go to machines while it works. @param sent gets them, by contestant */
export function counting(lab: Lab, contestant: Contestant, sent: Map<string, number[]>): Contestant {
  return {
    ...contestant,
    async work(round) {
      let duration = 0;
      const traffic = await trafficOf(lab.network, async () => {
        duration = await contestant.work(round);
      });
      if (round > 0) sent.set(contestant.name, [...(sent.get(contestant.name) ?? []), traffic.sent]);
      return duration;
    },
  };
}
