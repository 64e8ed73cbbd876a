import { Failure } from "../../../model/failure.ts";
import type { FailureReport } from "../../../model/failure.ts";
import { nearest } from "../../../model/nearest.ts";
import { archiveFailure } from "./apt-failure.ts";
import { runApt, type AptRoot } from "./apt-root.ts";

/** The names of all packages in a root's lists, remembered for one state of the lists. */
const remembered = new Map<string, { readonly time: number; readonly names: Promise<ReadonlySet<string>> }>();

/**
 * Gives the names of the packages in a root's lists.
 * @param time which state of the lists is meant; names are asked for once in each
 * @throws Failure `archive-failed` when apt cannot read its lists
 */
export function archivePackages(root: AptRoot, time: number): Promise<ReadonlySet<string>> {
  const before = remembered.get(root.folder);
  if (before?.time === time) return before.names;
  const names = runApt(root, "apt-cache", ["pkgnames"]).then((result) => {
    if (result.code !== 0) throw archiveFailure(result.stdout + result.stderr, "read the list of Debian packages");
    return new Set(result.stdout.split("\n").filter((name) => name !== ""));
  });
  remembered.set(root.folder, { time, names });
  names.catch(() => remembered.delete(root.folder));
  return names;
}

/**
 * Reads `apt-cache showpkg` (apt-cache(8)) of names that no package has: by name, the packages that provide each, as
 * `mail-transport-agent` is provided by several. Names that nothing provides are left out.
 */
export function parseProviders(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const section of text.split(/^Package: /m).slice(1)) {
    const [name = "", ...lines] = section.split("\n");
    const start = lines.findIndex((line) => line.startsWith("Reverse Provides:"));
    const providers = start < 0 ? [] : lines.slice(start + 1).map((line) => line.split(" ", 1)[0] ?? "");
    const names = [...new Set(providers.filter((provider) => provider !== ""))].toSorted();
    if (names.length > 0) found.set(name.trim(), names);
  }
  return found;
}

/** Asks apt which packages provide names that no package has. */
export async function askProviders(
  root: AptRoot,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  // apt-cache ends with an error when one of the names means nothing at all; that leaves it out of the answer.
  return parseProviders((await runApt(root, "apt-cache", ["showpkg", "--", ...names])).stdout);
}

/**
 * Makes the failure for names that no package has: `package-virtual` for one that others provide and `package-unknown`
 * for one that means nothing, with the nearest name there is; for more, one that holds a failure for each.
 */
export function unknownPackages(
  unknown: readonly string[],
  known: ReadonlySet<string>,
  providers: ReadonlyMap<string, readonly string[]>,
  suite: string,
): Failure {
  const reports = unknown.map((name) => unknownPackage(name, known, providers.get(name), suite));
  const [first] = reports;
  if (first !== undefined && reports.length === 1) return new Failure(first);
  return new Failure({
    code: "package-unknown",
    attempted: "find the Debian packages of the system",
    found: `Debian ${suite} has no packages of these names: ${unknown.join(", ")}`,
    next: "Mend each name.",
    failures: reports,
  });
}

function unknownPackage(
  name: string,
  known: ReadonlySet<string>,
  providers: readonly string[] | undefined,
  suite: string,
): FailureReport {
  const attempted = "find the Debian packages of the system";
  if (providers !== undefined) {
    const several = providers.length > 12 ? [...providers.slice(0, 12), "…"] : providers;
    return {
      code: "package-virtual",
      attempted,
      subject: name,
      found: `in Debian ${suite} this is not a package but something that packages provide`,
      next: `Name one of the packages that provide it: ${several.join(", ")}.`,
    };
  }
  const near = nearest(name, known);
  const advice = `Use the name of a package in Debian ${suite}, section main (https://packages.debian.org).`;
  return {
    code: "package-unknown",
    attempted,
    subject: name,
    found: `Debian ${suite} has no package of this name`,
    next: near === undefined ? advice : `Did you mean ${near}?`,
  };
}
