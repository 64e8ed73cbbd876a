import type { StampedEvent } from "../../engine/event.ts";

/** A line of a deployment's log. */
export interface LogLine {
  /** ISO 8601. */
  readonly time: string;
  readonly text: string;
}

function textOf(event: StampedEvent): string | undefined {
  switch (event.event) {
    case "run-started":
      return `${event.verb}: ${event.components.join(", ")}`;
    case "component-planned": {
      // Without the changes and their differences: these are the operator's.
      const { component, action, because } = event.change;
      return action === "same" ? undefined : `${component}: ${action}, ${because}`;
    }
    case "component-started":
      return `${event.component}: ${event.action}`;
    case "component-progress": {
      const { component, phase, text, done, total } = event;
      const part = done === undefined || total === undefined ? "" : ` ${String(done)}/${String(total)}`;
      return `${component}: ${phase}${text === undefined ? "" : ` ${text}`}${part}`;
    }
    case "component-finished":
      return `${event.component}: ${event.outcome}`;
    case "component-failed":
      return `${event.component}: ${event.report.found} [${event.report.code}]`;
    case "component-skipped":
      return `${event.component}: skipped, ${event.because}`;
    case "component-status": {
      const sick = event.health.filter(({ healthy }) => !healthy).map(({ name, text }) => `${name}: ${text}`);
      return `${event.component}: ${sick.length === 0 ? "healthy" : sick.join("; ")}`;
    }
    case "note":
      return event.component === undefined ? event.text : `${event.component}: ${event.text}`;
    case "run-finished":
      return `${event.outcome}`;
  }
}

/** The log of a deployment as the hosting provider may read it: what was done, without what is in configurations. */
export function linesOf(events: readonly StampedEvent[]): readonly LogLine[] {
  return events.flatMap((event) => {
    const text = textOf(event);
    return text === undefined ? [] : [{ time: event.time, text }];
  });
}
