import type { EventSink, StampedEvent } from "../../engine/event.ts";
import type { FailureReport } from "../../model/failure.ts";
import { eventLines } from "../rendering/event-lines.ts";
import { failureLines } from "../rendering/failure-lines.ts";
import { jsonText } from "../rendering/json-text.ts";
import { as, line, type Line } from "../rendering/line.ts";
import { painted, paintFor } from "../rendering/paint.ts";
import { emptyRunView, watch, type RunView } from "../rendering/run-view.ts";
import { treeLines } from "../rendering/tree-lines.ts";
import { startLiveView, type LiveView } from "./live-view.ts";

/** Where a verb says what happens, what it found, and what went wrong. */
export interface Output {
  /** Takes the events of runs. */
  readonly sink: EventSink;
  /** Takes the events of runs that only look, whose result is shown by other means. */
  readonly quietSink: EventSink;
  /** What a verb gives at its end: one JSON line, or lines for people. */
  result(verb: string, result: unknown, lines: readonly Line[]): void;
  /** A document that is what the verb is for: the same text for people and for programs. */
  document(verb: string, document: unknown): void;
  /** Something on the way, for people only. */
  say(lines: readonly Line[]): void;
  /** Something that has to be seen at once, also while a live view is drawn. */
  notice(text: string): void;
  failure(verb: string, report: FailureReport, exitCode: number): void;
  /** Ends a live view that is still there. */
  close(): void;
}

/** What an output writes to. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const looking: ReadonlySet<string> = new Set(["plan", "status", "doctor"]);

function isLive(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env["TERM"] !== "dumb";
}

function writeLines(stream: NodeJS.WriteStream, lines: readonly Line[]): void {
  const paint = paintFor(stream);
  if (lines.length > 0) stream.write(lines.map((spans) => `${painted(spans, paint)}\n`).join(""));
}

/** One JSON line for everything, on standard output alone. */
function jsonOutput({ stdout }: Streams): Output {
  const write = (value: object): void => {
    stdout.write(`${jsonText(value)}\n`);
  };
  const time = (): string => new Date().toISOString();
  return {
    sink: write,
    quietSink: write,
    result: (verb, result) => write({ event: "result", time: time(), verb, result }),
    document: (verb, result) => write({ event: "result", time: time(), verb, result }),
    say: () => undefined,
    notice: () => undefined,
    failure: (verb, report, exitCode) => write({ event: "failure", time: time(), verb, exitCode, report }),
    close: () => undefined,
  };
}

/**
 * For people: a live tree where standard output is a terminal (for runs that only look: standard error, and it
 * vanishes), else a line for every event that is worth one.
 */
function peopleOutput({ stdout, stderr }: Streams): Output {
  let view: RunView = emptyRunView;
  let live: LiveView | undefined;

  const take = (event: StampedEvent, quiet: boolean): void => {
    const before = view;
    view = watch(before, event);
    const stream = quiet ? stderr : stdout;
    if (!isLive(stream)) {
      if (!quiet) writeLines(stdout, eventLines(event, before));
      return;
    }
    if (event.event === "run-started") {
      live?.end("stay");
      live = startLiveView(stream, paintFor(stream), (rows) => treeLines(view, { now: Date.now(), rows }));
    }
    if (event.event === "run-finished") {
      live?.end(quiet ? "vanish" : "stay");
      live = undefined;
    }
  };
  return {
    sink: (event) => take(event, looking.has(event.event === "run-started" ? event.verb : view.verb)),
    quietSink: (event) => take(event, true),
    result: (_, __, lines) => writeLines(stdout, lines),
    document: (_, document) => stdout.write(`${jsonText(document, 2)}\n`),
    say: (lines) => writeLines(stdout, lines),
    notice(text) {
      if (live === undefined) writeLines(stderr, [line(as("warn", text))]);
      else view = { ...view, notes: [...view.notes, text] };
    },
    failure: (_, report) => writeLines(stderr, failureLines(report)),
    close() {
      live?.end("stay");
      live = undefined;
    },
  };
}

/** Makes the output of a command. */
export function createOutput(json: boolean, streams: Streams): Output {
  return json ? jsonOutput(streams) : peopleOutput(streams);
}
