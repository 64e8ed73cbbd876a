import { z } from "zod";
import type { Deployment } from "../../model/deployment.ts";
import type { FailureReport } from "../../model/failure.ts";
import { isObject, type Json, type JsonObject } from "../../model/json.ts";
import type { State, StoredSecret } from "./state.ts";

/** Format of the journal that this version reads and writes. */
export const journalVersion = 1;

// What comes out of JSON.parse is JSON already: only the outermost shape is worth checking on every start.
const json = z.custom<Json>((value) => value !== undefined);
const jsonObject = z.custom<JsonObject>(isObject);
const paths = z.custom<readonly string[]>((value) => Array.isArray(value));

const stamp = {
  sequence: z.int().min(0),
  /** ISO 8601. */
  time: z.string(),
  /** Fencing number of the lease under which it was written: what a run writes after losing its lease is ignored. */
  fence: z.int().min(0),
};

/** What an attempt does to a component. */
export const AttemptAction = z.enum(["create", "update", "delete", "rollback", "purge"]);
export type AttemptAction = z.infer<typeof AttemptAction>;

/** One line of the journal. */
export const Entry = z.discriminatedUnion("kind", [
  /** The first line. */
  z.object({ ...stamp, kind: z.literal("journal"), version: z.int(), deployment: z.string() }),
  /** Everything that the lines of an older file said. */
  z.object({ ...stamp, kind: z.literal("snapshot"), state: z.custom<State>(isObject) }),
  z.object({ ...stamp, kind: z.literal("run-started"), run: z.string(), verb: z.string(), by: z.string() }),
  z.object({ ...stamp, kind: z.literal("deployment"), deployment: z.custom<Deployment>(isObject) }),
  z.object({ ...stamp, kind: z.literal("secret"), name: z.string(), secret: z.custom<StoredSecret>(isObject) }),
  z.object({ ...stamp, kind: z.literal("secret-dropped"), name: z.string() }),
  /** Written before anything is done outside. */
  z.object({
    ...stamp,
    kind: z.literal("intent"),
    component: z.string(),
    type: z.string(),
    action: AttemptAction,
    /** Absent when the attempt works with what the state knows. */
    inputs: jsonObject.optional(),
    dependencies: paths.optional(),
  }),
  z.object({ ...stamp, kind: z.literal("memory"), component: z.string(), memory: json }),
  /** Written after something was done outside. */
  z.object({
    ...stamp,
    kind: z.literal("outcome"),
    component: z.string(),
    action: AttemptAction,
    outcome: z.enum(["unchanged", "created", "updated", "rolled-back"]),
    outputs: jsonObject,
    /** Absent when what was remembered before still holds. */
    memory: json.optional(),
    duration: z.number(),
  }),
  /** Nothing had to be done outside, but the state was told something new. */
  z.object({
    ...stamp,
    kind: z.literal("recorded"),
    component: z.string(),
    inputs: jsonObject,
    outputs: jsonObject,
    dependencies: paths,
  }),
  z.object({
    ...stamp,
    kind: z.literal("failed"),
    component: z.string(),
    action: AttemptAction,
    report: z.custom<FailureReport>(isObject),
    duration: z.number(),
  }),
  z.object({
    ...stamp,
    kind: z.literal("deleted"),
    component: z.string(),
    /** Whether data may have been kept that `purge` can delete. */
    kept: z.boolean(),
    duration: z.number(),
  }),
  z.object({ ...stamp, kind: z.literal("purged"), component: z.string(), duration: z.number() }),
  /** The same thing outside goes by another path from now on. */
  z.object({ ...stamp, kind: z.literal("moved"), from: z.string(), to: z.string() }),
  z.object({ ...stamp, kind: z.literal("forgotten"), component: z.string() }),
  z.object({ ...stamp, kind: z.literal("run-finished"), run: z.string(), outcome: z.string() }),
]);
export type Entry = z.infer<typeof Entry>;

type Unstamped<T> = T extends unknown ? Omit<T, keyof typeof stamp> : never;

/** An entry before the journal stamps it. */
export type EntryBody = Unstamped<Entry>;
