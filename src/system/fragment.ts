import { Failure } from "../model/failure.ts";
import { explainIssues } from "../model/explain.ts";
import { sameJson } from "../model/json.ts";
import { accept, parse } from "../model/parse.ts";
import { refuseClashes } from "./clash.ts";
import { refuseUnknownPaths } from "./known-paths.ts";
import { System, type SystemInput } from "./system.ts";

/** A part of a system together with who contributes it. */
export interface Fragment {
  /** Named in conflicts: `application hello (request shell, resource login-shell)`. */
  readonly origin: string;
  readonly system: SystemInput;
}

const keyed = {
  users: "user",
  directories: "directory",
  files: "file",
  images: "image",
  units: "unit",
  quadlets: "quadlet",
  ports: "port",
  health: "health check",
} as const;

const members = Object.entries(keyed) as readonly [keyof typeof keyed, string][];

/**
 * Checks one fragment against the schema of systems.
 * @throws Failure `fragment-invalid` naming the origin and the place in the fragment
 */
function parsed({ origin, system }: Fragment): System {
  const result = parse(System, system);
  if (result.success) return result.data;
  const { issues } = result.error;
  throw new Failure({
    code: "fragment-invalid",
    attempted: "merge the parts of a system",
    subject: origin,
    found: "what it contributes to the machine's system does not fit",
    next: "Mend the resource or application module that contributes this part.",
    failures: explainIssues({ schema: System, document: system, issues, attempted: "check a part of a system" }),
  });
}

function conflict(what: string, name: string, origins: readonly [string, string]): Failure {
  return new Failure({
    code: "conflict",
    attempted: "merge the parts of a system",
    subject: `${what} ${name}`,
    found: `${origins[0]} and ${origins[1]} want ${what} ${name} with different content`,
    next: "Place the two on different machines, or change an option so that they no longer share it.",
  });
}

/**
 * Merges fragments to one system: equal content merges, different content under one name is an error that names both.
 * The result does not depend on the order of the fragments.
 * @throws Failure `conflict` or `fragment-invalid`
 */
export function mergeFragments(fragments: readonly Fragment[]): System {
  const ordered = fragments.toSorted((a, b) => (a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0));
  const systems = ordered.map((fragment) => ({ origin: fragment.origin, system: parsed(fragment) }));
  const merged: Record<string, unknown> = {
    packages: [...new Set(systems.flatMap(({ system }) => system.packages))].toSorted(),
  };
  for (const [member, what] of members) {
    const first = new Map<string, { readonly origin: string; readonly value: unknown }>();
    for (const { origin, system } of systems) {
      const part: { readonly [name: string]: unknown } = system[member];
      for (const name of Object.keys(part)) {
        const value = part[name];
        const other = first.get(name);
        if (other === undefined) first.set(name, { origin, value });
        else if (!sameJson(other.value, value)) throw conflict(what, name, [other.origin, origin]);
      }
    }
    const together: Record<string, unknown> = {};
    for (const name of [...first.keys()].toSorted()) together[name] = first.get(name)?.value;
    merged[member] = together;
  }
  refuseClashes(systems);
  refuseUnknownPaths(systems);
  return accept(System, merged as System);
}
