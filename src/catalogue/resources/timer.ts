import { z } from "zod";
import { defineResource } from "../../system/resource.ts";
import type { SystemInput } from "../../system/system.ts";
import { requireTogether } from "./address-of.ts";

/** Something that is done again and again: systemd.timer(5). */
export const timer = defineResource({
  name: "timer",
  description: "Starts a task of the application at set times",
  request: z.strictObject({
    description: z.string().min(1).max(120).describe("What is done"),
    unit: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*\.service$/, "expected a service")
      .describe("The task, such as that of a container"),
    calendar: z
      .string()
      .max(80)
      .regex(/^[A-Za-z0-9*:,/. ~-]+$/, "expected a calendar event")
      .describe("When: systemd.time(7), CALENDAR EVENTS"),
    spread: z.int().min(0).max(86_400).default(900).describe("Seconds over which machines spread it"),
  }),
  policy: z.strictObject({}),
  binding: z.strictObject({ unit: z.string() }),
  apply({ machine, requests }) {
    requireTogether(machine, "timer", requests);
    const nameOf = ({ application, name }: (typeof requests)[number]): string => `${application}-${name}.timer`;
    return {
      bindings: requests.map((request) => ({ unit: nameOf(request) })),
      system: requests.map((placed): SystemInput => {
        const { description, unit, calendar, spread } = placed.request;
        const sections = {
          Unit: { Description: description },
          Timer: { OnCalendar: calendar, Unit: unit, Persistent: true, RandomizedDelaySec: spread },
        };
        return { units: { [nameOf(placed)]: { sections } } };
      }),
    };
  },
});
