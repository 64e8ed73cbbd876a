import type { StampedEvent } from "../../engine/event.ts";
import { countsText } from "./counts-text.ts";
import { as, line, type Line, type Span } from "./line.ts";
import { duration } from "./quantity.ts";
import type { RunView } from "./run-view.ts";

function about(component: string, ...parts: readonly (Span | string)[]): readonly Line[] {
  return [line(as("strong", component), ": ", ...parts)];
}

/**
 * Renders an event for a pipe or a log file: one line for what is worth one, nothing for a mere step of progress.
 * @param before the run as it was before the event
 */
export function eventLines(event: StampedEvent, before: RunView): readonly Line[] {
  switch (event.event) {
    case "run-started":
      return [line(as("strong", `${event.verb} ${event.deployment}`))];
    case "component-planned":
      return event.change.action === "same"
        ? []
        : about(event.change.component, `${event.change.action}: ${event.change.because}`);
    case "component-started":
      return ["diff", "read", "examine"].includes(event.action) ? [] : about(event.component, `${event.action} …`);
    case "component-progress": {
      const activity = before.components.get(event.component)?.activity;
      if (activity?.kind !== "running" || activity.progress?.phase === event.phase) return [];
      return about(event.component, event.phase);
    }
    case "component-finished":
      if (["planned", "read", "examined"].includes(event.outcome)) return [];
      return about(
        event.component,
        as(event.outcome === "unchanged" ? "faint" : "good", event.outcome),
        event.duration < 1 ? "" : ` in ${duration(event.duration)}`,
      );
    case "component-failed":
      return about(event.component, as("bad", `failed: ${event.report.found} [${event.report.code}]`));
    case "component-skipped":
      return about(event.component, as("warn", `left as it was: ${event.because}`));
    case "component-status":
      return [];
    case "note":
      return [line(event.component === undefined ? event.text : `${event.component}: ${event.text}`)];
    case "run-finished": {
      const counts = countsText(event.counts);
      return [line(as("strong", event.outcome), ` in ${duration(event.duration)}`, counts === "" ? "" : `: ${counts}`)];
    }
  }
}
