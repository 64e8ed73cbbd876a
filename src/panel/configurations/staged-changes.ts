import { canonicalJson, isObject, type Json, type JsonObject } from "../../model/json.ts";

/** One difference between what is deployed and what is staged, by path in the configuration. */
export interface StagedChange {
  /** The application; nothing where it concerns everything. */
  readonly application: string | undefined;
  /** `switched`: the application comes or goes. */
  readonly kind: "added" | "removed" | "changed";
  readonly option: string | undefined;
  readonly from: Json | undefined;
  readonly to: Json | undefined;
}

function applicationsOf(configuration: JsonObject | null): JsonObject {
  const applications = configuration?.["applications"];
  return isObject(applications) ? applications : {};
}

function optionsOf(applications: JsonObject, name: string): JsonObject | undefined {
  const options = applications[name];
  return isObject(options) && options["enable"] === true ? options : undefined;
}

function same(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
}

/** Not what every object inherits: an option may be called like that. */
function own(options: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(options, key) ? options[key] : undefined;
}

function differing(from: JsonObject, to: JsonObject, application: string | undefined): readonly StagedChange[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].toSorted();
  return keys
    .filter((key) => key !== "enable" && key !== "applications" && !same(own(from, key), own(to, key)))
    .map((key) => ({ application, kind: "changed" as const, option: key, from: own(from, key), to: own(to, key) }));
}

/** Lists what deploying would turn into what: nothing when staged and deployed are the same. */
export function stagedChanges(deployed: JsonObject | null, staged: JsonObject): readonly StagedChange[] {
  const before = applicationsOf(deployed);
  const after = applicationsOf(staged);
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const inApplications = names.flatMap((application): readonly StagedChange[] => {
    const from = optionsOf(before, application);
    const to = optionsOf(after, application);
    if (from === undefined && to === undefined) return [];
    const whole = { application, option: undefined, from: undefined, to: undefined };
    if (from === undefined) return [{ ...whole, kind: "added" }];
    if (to === undefined) return [{ ...whole, kind: "removed" }];
    return differing(from, to, application);
  });
  return [...(deployed === null ? [] : differing(deployed, staged, undefined)), ...inApplications];
}
