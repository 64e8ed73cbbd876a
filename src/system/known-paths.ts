import { Failure } from "../model/failure.ts";
import { nearest } from "../model/nearest.ts";
import type { Part } from "./clash.ts";

const lists = ["restartOn", "reloadOn", "unaffectedBy"] as const;

/** The files that a generation has because of accounts. */
function accountFiles(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ system }) =>
    Object.values(system.users).flatMap(({ home }) => (home === undefined ? [] : [`${home}/.ssh/authorized_keys`])),
  );
}

/**
 * Refuses units that name a file, or a folder of files, that their machine's system does not have: a change of it would
 * never be noticed.
 * @throws Failure `path-unknown` naming who contributes the unit, the path and the nearest that there is
 */
export function refuseUnknownPaths(parts: readonly Part[]): void {
  const files = [...parts.flatMap(({ system }) => Object.keys(system.files)), ...accountFiles(parts)];
  const known = new Set(files);
  for (const { origin, system } of parts) {
    for (const [name, unit] of [...Object.entries(system.units), ...Object.entries(system.quadlets)]) {
      for (const list of lists) {
        const path = unit[list].find((one) => !known.has(one) && !files.some((file) => file.startsWith(`${one}/`)));
        if (path === undefined) continue;
        const near = nearest(path, known);
        throw new Failure({
          code: "path-unknown",
          attempted: "merge the parts of a system",
          subject: `${origin}, unit ${name}`,
          found: `its ${list} names ${path}, and the machine's system has no such file${near === undefined ? "" : `; is ${near} meant?`}`,
          next: "Name a file, or a folder of files, that the module or another on this machine contributes.",
        });
      }
    }
  }
}
