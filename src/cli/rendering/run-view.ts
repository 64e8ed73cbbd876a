import type { EngineEvent, PlannedChange, RunOutcome, StampedEvent } from "../../engine/event.ts";
import type { FailureReport } from "../../model/failure.ts";

type Event<Kind extends EngineEvent["event"]> = Extract<EngineEvent, { event: Kind }>;

/** What a component is doing, as far as somebody who watches wants to know. */
export type Activity =
  | { readonly kind: "waiting"; readonly because?: string | undefined }
  | {
      readonly kind: "running";
      readonly action: Event<"component-started">["action"];
      /** Milliseconds since 1970. */
      readonly since: number;
      readonly estimate?: number | undefined;
      readonly progress?: Omit<Event<"component-progress">, "event" | "component"> | undefined;
    }
  | {
      readonly kind: "finished";
      readonly outcome: Event<"component-finished">["outcome"];
      readonly duration: number;
    }
  | { readonly kind: "failed"; readonly report: FailureReport; readonly duration: number }
  | { readonly kind: "skipped"; readonly because: string };

/** One component of a run that is being watched. */
export interface ComponentView {
  readonly component: string;
  readonly activity: Activity;
  readonly planned?: PlannedChange | undefined;
}

/** A run as it looks after some of its events. */
export interface RunView {
  readonly verb: string;
  readonly deployment: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly components: ReadonlyMap<string, ComponentView>;
  readonly notes: readonly string[];
  readonly ended?:
    | { readonly outcome: RunOutcome; readonly counts: Event<"run-finished">["counts"]; readonly duration: number }
    | undefined;
}

/** A run before its first event. */
export const emptyRunView: RunView = { verb: "", deployment: "", since: 0, components: new Map(), notes: [] };

function withComponent(view: RunView, component: string, change: Partial<ComponentView>): RunView {
  const known = view.components.get(component) ?? { component, activity: { kind: "waiting" } };
  return { ...view, components: new Map(view.components).set(component, { ...known, ...change }) };
}

function planned(view: RunView, change: PlannedChange): RunView {
  const activity: Activity =
    change.action === "same"
      ? { kind: "finished", outcome: "unchanged", duration: 0 }
      : { kind: "waiting", because: change.because };
  return withComponent(view, change.component, { planned: change, activity });
}

/** Gives the view of a run after one more event. Pure. */
export function watch(view: RunView, event: StampedEvent): RunView {
  const now = Date.parse(event.time);
  switch (event.event) {
    case "run-started": {
      const components = event.components.map((component): [string, ComponentView] => [
        component,
        { component, activity: { kind: "waiting" } },
      ]);
      return {
        ...emptyRunView,
        verb: event.verb,
        deployment: event.deployment,
        since: now,
        components: new Map(components),
      };
    }
    case "component-planned":
      return planned(view, event.change);
    case "component-started": {
      const { component, action, estimate } = event;
      return withComponent(view, component, { activity: { kind: "running", action, since: now, estimate } });
    }
    case "component-progress": {
      const { component, phase, text, done, total } = event;
      const before = view.components.get(component)?.activity;
      if (before?.kind !== "running") return view;
      return withComponent(view, component, { activity: { ...before, progress: { phase, text, done, total } } });
    }
    case "component-finished": {
      const { component, outcome, duration } = event;
      const activity: Activity = outcome === "planned" ? { kind: "waiting" } : { kind: "finished", outcome, duration };
      return withComponent(view, component, { activity });
    }
    case "component-failed": {
      const { component, report, duration } = event;
      return withComponent(view, component, { activity: { kind: "failed", report, duration } });
    }
    case "component-skipped":
      return withComponent(view, event.component, { activity: { kind: "skipped", because: event.because } });
    case "component-status":
      return view;
    case "note":
      return { ...view, notes: [...view.notes, event.text] };
    case "run-finished": {
      const { outcome, counts, duration } = event;
      return { ...view, ended: { outcome, counts, duration } };
    }
  }
}
