import type { Change } from "../../engine/provider.ts";
import type { Generation } from "../../system/generation.ts";
import { unitActions } from "../../system/unit-actions.ts";
import type { UnitEntry } from "../../system/unit-index.ts";

/** What is known of the generation in force. */
export interface Before {
  readonly manifest: string;
  readonly units: readonly UnitEntry[];
  readonly packages: readonly string[];
  readonly users: readonly string[];
}

/** What a generation on the machine before the first one is like. */
export const nothingBefore: Before = { manifest: "", units: [], packages: [], users: [] };

/** Identities by path of the files in a manifest. Pure. */
function identitiesIn(manifest: string): ReadonlyMap<string, string> {
  return new Map(
    manifest.split("\n").flatMap((line): [string, string][] => {
      const [kind, identity = "", mode = "", owner = "", group = "", path = ""] = line.split(" ");
      return kind === "f" || kind === "s" ? [[path, `${identity} ${mode} ${owner} ${group}`]] : [];
    }),
  );
}

/** The name that people know a file of the tree by; undefined for what is only for the machine's program. */
function named(path: string): string | undefined {
  if (path.startsWith("files/")) return `file ${path.slice(5)}`;
  if (path === "units/fediversity.target") return undefined;
  if (path.startsWith("units/")) return `unit file ${path.slice(6)}`;
  if (path.startsWith("quadlets/")) return `quadlet ${path.slice(9)}`;
  if (path.startsWith("credentials/")) return `credential ${path.slice(12)}`;
  return path.startsWith("health/") ? `health check ${path.slice(7)}` : undefined;
}

/** The files of a manifest that hold secrets. Pure. */
function secretsIn(manifest: string): ReadonlySet<string> {
  return new Set(manifest.split("\n").flatMap((line) => (line.startsWith("s ") ? [line.split(" ")[5] ?? ""] : [])));
}

/**
 * The files whose content differs and may be shown: those in which there is no secret, and was none.
 * @param edited paths of files that were edited by hand
 */
export function comparablePaths(before: Before, generation: Generation, edited: Iterable<string>): readonly string[] {
  const old = identitiesIn(before.manifest);
  const secrets = secretsIn(before.manifest);
  const byHand = new Set([...edited].map((path) => `files${path}`));
  return generation.files
    .filter(({ path, secret, identity }) => {
      if (secret || secrets.has(path) || named(path) === undefined) return false;
      const then = old.get(path);
      return byHand.has(path) || (then !== undefined && !then.startsWith(identity));
    })
    .map(({ path }) => path);
}

function differ(what: string, before: readonly string[], after: readonly string[]): readonly Change[] {
  return [
    ...after.filter((name) => !before.includes(name)).map((name): Change => ({ verb: "add", what: `${what} ${name}` })),
    ...before
      .filter((name) => !after.includes(name))
      .map((name): Change => ({ verb: "remove", what: `${what} ${name}` })),
  ];
}

/**
 * Says what changes when a generation follows what is in force: packages, users, files, and what happens to units.
 * @param edited paths of files that were edited by hand and are put right
 * @param diffs lines of a unified diff by path of the tree
 */
export function generationChanges(
  before: Before,
  generation: Generation,
  edited: ReadonlySet<string> = new Set(),
  diffs: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Change[] {
  const old = identitiesIn(before.manifest);
  const next = identitiesIn(generation.manifest);
  // A timer's task, as a rule: the machine restarts it by try-restart, which leaves alone what does not run.
  const startedByOthers = new Set(generation.units.filter(({ enabled }) => !enabled).map(({ name }) => name));
  const files = [...new Set([...old.keys(), ...next.keys()])].toSorted().flatMap((path): readonly Change[] => {
    const what = named(path);
    if (what === undefined) return [];
    if (!old.has(path)) return [{ verb: "add", what }];
    if (!next.has(path)) return [{ verb: "remove", what }];
    if (old.get(path) !== next.get(path)) return [{ verb: "change", what, detail: diffs.get(path) }];
    return edited.has(path.replace(/^files/, ""))
      ? [{ verb: "change", what, detail: diffs.get(path) ?? ["put right"] }]
      : [];
  });
  return [
    ...differ("package", before.packages, generation.packages),
    ...differ("user", before.users, usersOf(generation)),
    ...files,
    ...unitActions(before.units, generation.units, edited).map(({ verb, unit }): Change => {
      const what = `unit ${unit}`;
      return (verb === "restart" || verb === "reload") && startedByOthers.has(unit)
        ? { verb, what, detail: ["only where it runs at that moment"] }
        : { verb, what };
    }),
  ];
}

/** Names of the users of a generation. */
export function usersOf(generation: Generation): readonly string[] {
  const list = generation.files.find(({ path }) => path === "lists/users")?.content;
  return typeof list !== "string"
    ? []
    : list.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ")[0] ?? ""]));
}
