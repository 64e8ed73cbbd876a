import type { FailureReport } from "../model/failure.ts";
import type { Change, HealthReading } from "./provider.ts";

/** What a run does. */
export type Verb = "plan" | "apply" | "status" | "rollback" | "destroy" | "purge" | "doctor" | "rotate" | "amend";

/** What is to be done with one component, and why. */
export interface PlannedChange {
  readonly component: string;
  /** `pending`: decided when the components it waits for are there. `forget`: gone from outside as well. */
  readonly action: "same" | "create" | "update" | "delete" | "pending";
  readonly because: string;
  readonly changes: readonly Change[];
  readonly drift: readonly string[];
  /** Paths of the components that come first. */
  readonly after: readonly string[];
}

/** How a run ended. */
export type RunOutcome = "done" | "failed" | "interrupted";

/** Everything that happens, as one stream: the live tree, `--json` lines and the panel are renderings of it. */
export type EngineEvent =
  | {
      readonly event: "run-started";
      readonly verb: Verb;
      readonly deployment: string;
      readonly components: readonly string[];
    }
  | { readonly event: "component-planned"; readonly change: PlannedChange }
  | {
      readonly event: "component-started";
      readonly component: string;
      readonly action: "create" | "update" | "delete" | "read" | "rollback" | "purge" | "examine" | "diff";
      /** Milliseconds it took the last times, when that is known. */
      readonly estimate?: number | undefined;
    }
  | {
      readonly event: "component-progress";
      readonly component: string;
      readonly phase: string;
      readonly text?: string | undefined;
      readonly done?: number | undefined;
      readonly total?: number | undefined;
    }
  | {
      readonly event: "component-finished";
      readonly component: string;
      readonly outcome:
        | "unchanged"
        | "created"
        | "updated"
        | "deleted"
        | "purged"
        | "rolled-back"
        | "read"
        | "examined"
        | "planned";
      /** Milliseconds. */
      readonly duration: number;
    }
  | {
      readonly event: "component-failed";
      readonly component: string;
      readonly report: FailureReport;
      readonly duration: number;
    }
  | { readonly event: "component-skipped"; readonly component: string; readonly because: string }
  | {
      readonly event: "component-status";
      readonly component: string;
      readonly exists: boolean;
      readonly drift: readonly string[];
      readonly health: readonly HealthReading[];
      readonly generation?: number | undefined;
      /** Bytes. */
      readonly freeBytes?: number | undefined;
    }
  | { readonly event: "note"; readonly text: string; readonly component?: string | undefined }
  | {
      readonly event: "run-finished";
      readonly outcome: RunOutcome;
      readonly counts: { readonly [outcome: string]: number };
      readonly duration: number;
    };

/** An event as it leaves the engine: stamped with the time (ISO 8601) and its run. */
export type StampedEvent = EngineEvent & { readonly time: string; readonly run: string };

/** Takes every event of a run. */
export type EventSink = (event: StampedEvent) => void;
