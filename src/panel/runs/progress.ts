import type { StampedEvent } from "../../engine/event.ts";

/** How far one component is. */
export interface ComponentProgress {
  readonly component: string;
  readonly state: "waiting" | "working" | "done" | "failed" | "skipped";
  /** What is being done now or was done at last, in the provider's word: `packages`, `activate`. */
  readonly phase: string | undefined;
  readonly text: string | undefined;
  /** 0 to 1, where the phase says so. */
  readonly share: number | undefined;
  /** How it ended: `created`, `unchanged`. */
  readonly outcome: string | undefined;
}

/** How far a deployment is. */
export interface RunProgress {
  readonly components: readonly ComponentProgress[];
  readonly done: number;
  /** Whether a process that died was replaced by another on the way. */
  readonly resumed: boolean;
}

const fresh = (component: string): ComponentProgress => ({
  component,
  state: "waiting",
  phase: undefined,
  text: undefined,
  share: undefined,
  outcome: undefined,
});

/** Folds what the engine said into what there is to see. Pure: the same events always show the same. */
export function progressOf(events: readonly StampedEvent[]): RunProgress {
  const components = new Map<string, ComponentProgress>();
  let starts = 0;
  const put = (component: string, change: Partial<ComponentProgress>): void => {
    components.set(component, { ...(components.get(component) ?? fresh(component)), ...change });
  };
  for (const event of events) {
    switch (event.event) {
      case "run-started":
        starts += event.verb === "apply" ? 1 : 0;
        for (const component of event.components) put(component, {});
        break;
      case "component-planned":
        put(event.change.component, event.change.action === "same" ? { state: "done", outcome: "unchanged" } : {});
        break;
      case "component-started":
        if (event.action !== "diff") put(event.component, { state: "working", phase: undefined, share: undefined });
        break;
      case "component-progress": {
        const { component, phase, text, done, total } = event;
        const share = done === undefined || total === undefined || total === 0 ? undefined : Math.min(1, done / total);
        put(component, { phase, text, share });
        break;
      }
      case "component-finished":
        if (event.outcome !== "planned" && event.outcome !== "read")
          put(event.component, { state: "done", outcome: event.outcome, share: undefined });
        break;
      case "component-failed":
        put(event.component, { state: "failed", share: undefined });
        break;
      case "component-skipped":
        put(event.component, { state: "skipped" });
        break;
      case "component-status":
      case "note":
      case "run-finished":
        break;
    }
  }
  const all = [...components.values()];
  return { components: all, done: all.filter(({ state }) => state === "done").length, resumed: starts > 1 };
}
