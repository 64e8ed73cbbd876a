import type { StampedEvent } from "../../engine/event.ts";
import { logLine } from "../runs/log-line.ts";

/**
 * One event as lines of the log as the hosting provider may read it: what was done and what went wrong, without what would
 * change in which file, since that is the operator's.
 */
export function providerLogLine(event: StampedEvent): string {
  if (event.event !== "component-planned") return logLine(event);
  return logLine({ ...event, change: { ...event.change, changes: [], drift: [] } });
}
