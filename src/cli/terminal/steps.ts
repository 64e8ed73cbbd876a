import { activityLine, markOf } from "../rendering/activity-line.ts";
import { as, line, type Line } from "../rendering/line.ts";
import { painted, paintFor } from "../rendering/paint.ts";
import type { Activity } from "../rendering/run-view.ts";
import { startLiveView } from "./live-view.ts";

/** How far a step is. */
export interface StepProgress {
  readonly text: string;
  readonly done?: number | undefined;
  readonly total?: number | undefined;
}

/** One thing after the other, each shown while it lasts. */
export interface Steps {
  /**
   * @param title what the step is about
   * @param work says how far it is, and gives what to say at its end
   */
  step(title: string, work: (report: (progress: StepProgress) => void) => Promise<string>): Promise<void>;
}

type Running = Extract<Activity, { kind: "running" }>;

function stepLine(title: string, activity: Activity, now: number): Line {
  return line(markOf(activity, now), " ", as("strong", title), ": ", ...activityLine(activity, now));
}

/** Shows steps on a terminal as one line that moves, elsewhere as lines. */
export function showSteps(stream: NodeJS.WriteStream): Steps {
  const paint = paintFor(stream);
  const write = (shown: Line): void => {
    stream.write(`${painted(shown, paint)}\n`);
  };
  return {
    async step(title, work) {
      const since = Date.now();
      let activity: Running = { kind: "running", action: "examine", since };
      const live =
        stream.isTTY && process.env["TERM"] !== "dumb"
          ? startLiveView(stream, paint, () => [stepLine(title, activity, Date.now())])
          : undefined;
      const report = ({ text, done, total }: StepProgress): void => {
        if (live === undefined && text !== activity.progress?.phase) write(line(as("strong", title), `: ${text}`));
        activity = { ...activity, progress: { phase: text, done, total } };
      };
      try {
        const said = await work(report);
        live?.end("vanish");
        const mark = markOf({ kind: "finished", outcome: "created", duration: 0 }, 0);
        write(line(mark, " ", as("strong", title), `: ${said}`));
      } catch (error) {
        live?.end("vanish");
        write(line(as("bad", "✗ "), as("strong", title)));
        throw error;
      }
    },
  };
}
