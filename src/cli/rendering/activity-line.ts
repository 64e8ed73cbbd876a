import { as, type Span } from "./line.ts";
import { bytes, duration } from "./quantity.ts";
import type { Activity } from "./run-view.ts";

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

const doing = {
  create: "creating",
  update: "updating",
  delete: "removing",
  read: "reading",
  rollback: "going back",
  purge: "deleting data",
  examine: "examining",
  diff: "comparing",
} as const;

type Running = Extract<Activity, { kind: "running" }>;

/** Gives the mark of an activity; that of a running one turns with the time. */
export function markOf(activity: Activity, now: number): Span {
  switch (activity.kind) {
    case "waiting":
      return as("faint", "·");
    case "running":
      return as("accent", frames[Math.floor(now / 100) % frames.length] ?? "");
    case "finished":
      return activity.outcome === "unchanged" ? as("faint", "✓") : as("good", "✓");
    case "failed":
      return as("bad", "✗");
    case "skipped":
      return as("warn", "-");
  }
}

/** Draws how much is done as a bar of ten cells, in eighths. */
function bar(share: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * 80);
  const partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] ?? "";
  return `${"█".repeat(Math.floor(eighths / 8))}${partial}`.padEnd(10, "░");
}

function amount(done: number, total: number): string {
  const percent = `${String(Math.floor((Math.min(done, total) / total) * 100))}%`;
  // Steps are few; what counts in thousands is bytes.
  return total < 10_000 ? `${String(done)}/${String(total)}` : `${percent} of ${bytes(total)}`;
}

function runningSpans({ action, since, estimate, progress }: Running, now: number): readonly Span[] {
  const elapsed = now - since;
  const spans: Span[] = [{ text: progress?.phase ?? doing[action] }];
  const { text, done, total } = progress ?? {};
  if (done !== undefined && total !== undefined && total > 0) {
    spans.push(as("accent", ` ${bar(done / total)}`), { text: ` ${amount(done, total)}` });
  }
  const usually = estimate === undefined ? "" : ` of about ${duration(estimate)}`;
  spans.push(as("faint", `  ${duration(elapsed)}${usually}`));
  if (text !== undefined && text !== "") spans.push(as("faint", `  ${text}`));
  return spans;
}

/** Says what a component is doing, or how it ended. */
export function activityLine(activity: Activity, now: number): readonly Span[] {
  switch (activity.kind) {
    case "waiting":
      return [as("faint", activity.because === undefined ? "waiting" : `waiting: ${activity.because}`)];
    case "running":
      return runningSpans(activity, now);
    case "finished":
      return activity.duration < 1
        ? [as("faint", activity.outcome)]
        : [{ text: activity.outcome.replace("-", " ") }, as("faint", `  ${duration(activity.duration)}`)];
    case "failed":
      return [
        as("bad", `${activity.report.found} [${activity.report.code}]`),
        as("faint", `  ${duration(activity.duration)}`),
      ];
    case "skipped":
      return [as("warn", `left as it was: ${activity.because}`)];
  }
}
