import { activityLine, markOf } from "./activity-line.ts";
import { as, line, pad, type Line, type Span } from "./line.ts";
import { displayWidth } from "./display-width.ts";
import { duration } from "./quantity.ts";
import { countsText } from "./counts-text.ts";
import type { ComponentView, RunView } from "./run-view.ts";

/** How much room there is. */
export interface Room {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Lines at most; without it, as many as there are components. */
  readonly rows?: number | undefined;
}

const urgency = { failed: 0, running: 1, skipped: 2, waiting: 3, finished: 4 } as const;

/** Chooses what is shown when there is no room for everything: what fails and what runs first, in its usual order. */
function choose(components: readonly ComponentView[], rows: number): readonly ComponentView[] {
  if (components.length <= rows) return components;
  const first = components
    .toSorted((a, b) => urgency[a.activity.kind] - urgency[b.activity.kind])
    .slice(0, Math.max(0, rows - 1));
  return components.filter((component) => first.includes(component));
}

function rest(hidden: readonly ComponentView[]): string {
  const counts = new Map<string, number>();
  for (const { activity } of hidden) counts.set(activity.kind, (counts.get(activity.kind) ?? 0) + 1);
  return [...counts].map(([kind, number]) => `${String(number)} ${kind}`).join(", ");
}

function headline(view: RunView, now: number): Line {
  const { ended, verb, deployment } = view;
  const elapsed = duration(ended?.duration ?? now - view.since);
  const mark: Span =
    ended === undefined
      ? as("accent", "●")
      : ended.outcome === "done"
        ? as("good", "✓")
        : as(ended.outcome === "failed" ? "bad" : "warn", ended.outcome === "failed" ? "✗" : "■");
  const counts = ended === undefined ? "" : countsText(ended.counts);
  const outcome = ended === undefined || ended.outcome === "done" ? "" : ` ${ended.outcome}`;
  return line(
    mark,
    " ",
    as("strong", `${verb} ${deployment}`),
    outcome,
    as("faint", `  ${elapsed}`),
    counts && `  ${counts}`,
  );
}

/** Renders a run as a tree: a line for the run, then one for each component. Pure; the caller cuts to the width. */
export function treeLines(view: RunView, { now, rows = Number.POSITIVE_INFINITY }: Room): readonly Line[] {
  const all = [...view.components.values()];
  const shown = choose(all, rows - 1 - view.notes.length);
  const hidden = all.filter((component) => !shown.includes(component));
  const column = Math.max(0, ...all.map(({ component }) => displayWidth(component)));
  const branches = shown.map((component, index) => {
    const last = index === shown.length - 1 && hidden.length === 0;
    return line(
      as("faint", last ? "└─ " : "├─ "),
      markOf(component.activity, now),
      ` ${pad(component.component, column)}  `,
      ...activityLine(component.activity, now),
    );
  });
  return [
    headline(view, now),
    ...branches,
    ...(hidden.length === 0 ? [] : [line(as("faint", `└─ … ${rest(hidden)}`))]),
    ...view.notes.map((note) => line(as("faint", `   ${note}`))),
  ];
}
