import type { Deployment } from "../../model/deployment.ts";
import type { FailureReport } from "../../model/failure.ts";
import { isObject, type Json, type JsonObject } from "../../model/json.ts";
import type { State, StoredSecret } from "./state.ts";

/** Format of the journal that this version reads and writes. */
export const journalVersion = 1;

/** What an attempt does to a component. */
export type AttemptAction = "create" | "update" | "delete" | "rollback" | "purge";

interface Bodies {
  /** The first line. */
  readonly journal: { readonly version: number; readonly deployment: string };
  /** Everything that the lines of an older file said. */
  readonly snapshot: { readonly state: State };
  readonly "run-started": { readonly run: string; readonly verb: string; readonly by: string };
  readonly deployment: { readonly deployment: Deployment };
  readonly secret: { readonly name: string; readonly secret: StoredSecret };
  readonly "secret-dropped": { readonly name: string };
  /** Written before anything is done outside. */
  readonly intent: {
    readonly component: string;
    readonly type: string;
    readonly action: AttemptAction;
    /** Absent when the attempt works with what the state knows. */
    readonly inputs?: JsonObject;
    readonly dependencies?: readonly string[];
  };
  readonly memory: { readonly component: string; readonly memory: Json };
  /** Written after something was done outside. */
  readonly outcome: {
    readonly component: string;
    readonly action: AttemptAction;
    readonly outcome: "unchanged" | "created" | "updated" | "rolled-back";
    readonly outputs: JsonObject;
    /** Absent when what was remembered before still holds. */
    readonly memory?: Json;
    /** Milliseconds. */
    readonly duration: number;
  };
  /** Nothing had to be done outside, but the state was told something new. */
  readonly recorded: {
    readonly component: string;
    readonly inputs: JsonObject;
    readonly outputs: JsonObject;
    readonly dependencies: readonly string[];
  };
  readonly failed: {
    readonly component: string;
    readonly action: AttemptAction;
    readonly report: FailureReport;
    readonly duration: number;
  };
  readonly deleted: {
    readonly component: string;
    /** Whether data may have been kept that `purge` can delete. */
    readonly kept: boolean;
    readonly duration: number;
  };
  readonly purged: { readonly component: string; readonly duration: number };
  /** The same thing outside goes by another path from now on. */
  readonly moved: { readonly from: string; readonly to: string };
  readonly forgotten: { readonly component: string };
  readonly "run-finished": { readonly run: string; readonly outcome: string };
}

/** An entry before the journal stamps it. */
export type EntryBody = { [Kind in keyof Bodies]: { readonly kind: Kind } & Bodies[Kind] }[keyof Bodies];

interface Stamp {
  readonly sequence: number;
  /** ISO 8601. */
  readonly time: string;
  /** Fencing number of the lease under which it was written: what a run writes after losing its lease is ignored. */
  readonly fence: number;
}

/** One line of the journal. */
export type Entry = Stamp & EntryBody;

type Check = "text" | "number" | "boolean" | "object" | "list" | "any" | "object?" | "list?" | "any?";
type Shape<Body> = { readonly [Field in keyof Required<Body>]: Check };

// Checked by hand: a schema library takes longer to get ready for these shapes than reading a whole journal takes.
const stampShape: Shape<Stamp> = { sequence: "number", time: "text", fence: "number" };
const bodyShapes: { readonly [Kind in keyof Bodies]: Shape<Bodies[Kind]> } = {
  journal: { version: "number", deployment: "text" },
  snapshot: { state: "object" },
  "run-started": { run: "text", verb: "text", by: "text" },
  deployment: { deployment: "object" },
  secret: { name: "text", secret: "object" },
  "secret-dropped": { name: "text" },
  intent: { component: "text", type: "text", action: "text", inputs: "object?", dependencies: "list?" },
  memory: { component: "text", memory: "any" },
  outcome: {
    component: "text",
    action: "text",
    outcome: "text",
    outputs: "object",
    memory: "any?",
    duration: "number",
  },
  recorded: { component: "text", inputs: "object", outputs: "object", dependencies: "list" },
  failed: { component: "text", action: "text", report: "object", duration: "number" },
  deleted: { component: "text", kept: "boolean", duration: "number" },
  purged: { component: "text", duration: "number" },
  moved: { from: "text", to: "text" },
  forgotten: { component: "text" },
  "run-finished": { run: "text", outcome: "text" },
};

function holds(check: Check, value: unknown): boolean {
  switch (check) {
    case "text":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "object":
      return isObject(value);
    case "list":
      return Array.isArray(value);
    case "any":
      return value !== undefined;
    case "object?":
      return value === undefined || isObject(value);
    case "list?":
      return value === undefined || Array.isArray(value);
    case "any?":
      return true;
    default:
      return check satisfies never;
  }
}

function isKind(kind: unknown): kind is keyof Bodies {
  return typeof kind === "string" && Object.hasOwn(bodyShapes, kind);
}

/** Says in words why a value is not an entry; `undefined` when it is one. */
export function entryProblem(value: unknown): string | undefined {
  if (!isObject(value)) return "it is not an object";
  const { kind } = value;
  if (!isKind(kind)) return `its kind is ${JSON.stringify(kind) ?? "missing"}`;
  for (const shape of [stampShape, bodyShapes[kind]]) {
    for (const [field, check] of Object.entries(shape)) {
      if (!holds(check, value[field]))
        return `its ${field} is ${value[field] === undefined ? "missing" : "of another type"}`;
    }
  }
  return undefined;
}
