import { Failure } from "../model/failure.ts";
import type { System } from "./system.ts";
import { quadletUnit } from "./unit.ts";

/** A part of a system, checked, together with who contributes it. */
export interface Part {
  readonly origin: string;
  readonly system: System;
}

function clash(subject: string, one: readonly [string, string], other: readonly [string, string]): Failure {
  return new Failure({
    code: "conflict",
    attempted: "merge the parts of a system",
    subject,
    found: `${one[0]} wants ${one[1]}, and ${other[0]} wants ${other[1]}: they cannot be together`,
    next: "Place the two on different machines, or change an option so that they do not get into each other's way.",
  });
}

/** Who wants each name of a member. */
function origins(parts: readonly Part[], member: "files" | "units"): ReadonlyMap<string, string> {
  return new Map(parts.flatMap(({ origin, system }) => Object.keys(system[member]).map((name) => [name, origin])));
}

function refuseUnits(parts: readonly Part[]): void {
  const units = origins(parts, "units");
  const made = new Map<string, readonly [string, string]>();
  for (const { origin, system } of parts) {
    for (const quadlet of Object.keys(system.quadlets)) {
      const unit = quadletUnit(quadlet);
      const asUnit = units.get(unit);
      const other = asUnit === undefined ? made.get(unit) : ([asUnit, `unit ${unit}`] as const);
      const mine = [origin, `quadlet ${quadlet}`] as const;
      if (other !== undefined && other[1] !== mine[1]) throw clash(`unit ${unit}`, other, mine);
      made.set(unit, mine);
    }
  }
}

function refusePaths(parts: readonly Part[]): void {
  const files = origins(parts, "files");
  if (files.size === 0) return;
  const clear = new Set<string>();
  for (const { origin, system } of parts) {
    for (const what of ["directory", "file"] as const) {
      for (const path of Object.keys(what === "file" ? system.files : system.directories)) {
        let above = what === "file" ? path.slice(0, path.lastIndexOf("/")) : path;
        // What lies above a path that was looked at has been looked at as well.
        for (; above !== "" && !clear.has(above); above = above.slice(0, above.lastIndexOf("/"))) {
          clear.add(above);
          const owner = files.get(above);
          if (owner !== undefined) throw clash(`file ${above}`, [owner, `file ${above}`], [origin, `${what} ${path}`]);
        }
      }
    }
  }
}

/**
 * Refuses what has different names and still cannot be together: a unit beside a quadlet that becomes that unit, and
 * a file where another path needs a directory.
 * @throws Failure `conflict` naming both
 */
export function refuseClashes(parts: readonly Part[]): void {
  refuseUnits(parts);
  refusePaths(parts);
}
