import { randomBytes } from "node:crypto";
import { Failure, reportOf, type FailureReport } from "../model/failure.ts";
import { isoTime, type Clock } from "./clock.ts";
import type { EngineEvent, EventSink, RunOutcome, Verb } from "./event.ts";
import type { Providers } from "./graph.ts";
import type { Redactor } from "./secrets/redactor.ts";

/** How often each outcome occurred: `created`, `unchanged`, `failed`, `skipped` … */
export type Counts = { readonly [outcome: string]: number };

/** What a run that ended well did. */
export interface RunSummary {
  readonly run: string;
  readonly counts: Counts;
}

/** One run of one verb, as everything that works for it sees it. */
export interface Run {
  readonly id: string;
  readonly verb: Verb;
  readonly deployment: string;
  readonly providers: Providers;
  readonly parallel: number;
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** Aborted when the caller wants the run to end, or when the run has stopped itself. */
  readonly signal: AbortSignal;
  readonly counts: Counts;
  /** Components that failed, with redacted reports. */
  readonly failures: ReadonlyMap<string, FailureReport>;
  /** Why the run stopped itself: its state cannot be written any more, or its lease is lost. */
  readonly stopped: unknown;
  emit(event: EngineEvent): void;
  /** Stops the run before its next effect. */
  stop(because: unknown): void;
}

/** What a run is started with. */
export interface RunOptions {
  readonly verb: Verb;
  readonly deployment: string;
  readonly providers: Providers;
  readonly parallel: number;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly signal: AbortSignal | undefined;
  readonly sink: EventSink;
}

function outcomeOf(run: Run, error: unknown): RunOutcome {
  if (error instanceof Failure && error.code === "interrupted") return "interrupted";
  return error === undefined && run.failures.size === 0 ? "done" : "failed";
}

/**
 * Runs a verb from its first event to its last.
 * @param components what the run is about, for those who show its progress
 * @throws Failure whatever went wrong, redacted
 */
export async function conduct<Result>(
  options: RunOptions,
  components: readonly string[],
  body: (run: Run) => Promise<Result>,
): Promise<Result> {
  const { clock, redactor, sink, verb, deployment } = options;
  const id = randomBytes(6).toString("hex");
  const started = clock();
  const counts: Record<string, number> = {};
  const failures = new Map<string, FailureReport>();
  const stopping = new AbortController();
  let stopped: unknown;

  const count = (outcome: string): void => {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  };
  const run: Run = {
    ...options,
    id,
    signal: AbortSignal.any([stopping.signal, ...(options.signal === undefined ? [] : [options.signal])]),
    counts,
    failures,
    get stopped() {
      return stopped;
    },
    emit(event) {
      const clean = redactor.event(event);
      if (clean.event === "component-finished" && clean.outcome !== "planned") count(clean.outcome);
      if (clean.event === "component-skipped") count("skipped");
      if (clean.event === "component-failed") {
        if (failures.has(clean.component)) return;
        failures.set(clean.component, clean.report);
        count("failed");
      }
      sink({ ...clean, time: isoTime(clock()), run: id });
    },
    stop(because) {
      stopped ??= because;
      stopping.abort();
    },
  };

  const finish = (error: unknown): void => {
    run.emit({ event: "run-finished", outcome: outcomeOf(run, error), counts, duration: clock() - started });
  };
  try {
    run.emit({ event: "run-started", verb, deployment, components });
    const result = await body(run);
    finish(undefined);
    return result;
  } catch (error) {
    finish(error);
    throw new Failure(redactor.report(reportOf(error, `${verb} ${deployment}`, deployment)));
  }
}
