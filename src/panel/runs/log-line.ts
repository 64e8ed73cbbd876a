import type { StampedEvent } from "../../engine/event.ts";
import { renderFailure } from "../../model/failure.ts";

/**
 * One event as lines of the log, in the engine's own English words: for those who help, and for searching. Control
 * characters of what machines say are shown as such and do nothing.
 */
export function logLine(event: StampedEvent): string {
  return `${event.time} ${words(event)}`.replaceAll(/[^\P{Cc}\n]/gu, "\uFFFD");
}

function words(event: StampedEvent): string {
  switch (event.event) {
    case "run-started":
      return `${event.verb} ${event.deployment} begins`;
    case "component-planned": {
      const { component, action, because, changes, drift } = event.change;
      const list = changes.map(({ verb, what }) => `\n    ${verb} ${what}`).join("");
      const edits = drift.map((line) => `\n    edited by hand: ${line}`).join("");
      return `${component}: ${action}, ${because}${list}${edits}`;
    }
    case "component-started":
      return `${event.component}: ${event.action} begins`;
    case "component-progress": {
      const { component, phase, text, done, total } = event;
      const share = done === undefined || total === undefined ? "" : ` ${String(done)}/${String(total)}`;
      return `${component}: ${phase}${share}${text === undefined ? "" : ` ${text}`}`;
    }
    case "component-finished":
      return `${event.component}: ${event.outcome} after ${(event.duration / 1000).toFixed(1)} s`;
    case "component-failed":
      return `${event.component}: failed\n${renderFailure(event.report)}`;
    case "component-skipped":
      return `${event.component}: skipped, ${event.because}`;
    case "component-status":
      return `${event.component}: ${event.health.map(({ name, healthy, text }) => `${name} ${healthy ? "healthy" : text}`).join(", ")}`;
    case "note":
      return event.component === undefined ? event.text : `${event.component}: ${event.text}`;
    case "run-finished":
      return `ends: ${event.outcome} after ${(event.duration / 1000).toFixed(1)} s`;
  }
}
