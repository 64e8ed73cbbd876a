import { Failure } from "../../model/failure.ts";
import type { Generation } from "../../system/generation.ts";
import { parseUnitIndex } from "../../system/unit-index.ts";
import type { Change, Difference } from "../../engine/provider.ts";
import { type Before, comparablePaths, generationChanges, nothingBefore, usersOf } from "./generation-changes.ts";
import { type MachineReport, driftInWords, readReport } from "./machine-report.ts";
import type { Session } from "./ssh/session.ts";

/** The wanted generation and whose it is. */
export interface Wanted {
  readonly deployment: string;
  readonly component: string;
  readonly address: string;
  readonly generation: Generation;
}

async function contents(session: Session, path: string): Promise<string> {
  session.send("contents", path);
  const [keyword, size] = (await session.line()).split(" ");
  return keyword === "contents" ? (await session.take(Number(size))).toString("utf8") : "";
}

const words = (text: string): readonly string[] => text.split("\n").filter((line) => line !== "");

async function before(session: Session, report: MachineReport, generation: Generation): Promise<Before> {
  if (report.number === 0) return nothingBefore;
  if (report.manifest === undefined) {
    return {
      manifest: generation.manifest,
      units: generation.units,
      packages: generation.packages,
      users: usersOf(generation),
    };
  }
  return {
    manifest: report.manifest,
    units: parseUnitIndex(await contents(session, "lists/units")),
    packages: words(await contents(session, "lists/packages")),
    users: words(await contents(session, "lists/users")).map((line) => line.split(" ")[0] ?? ""),
  };
}

/** Paths of managed files that were edited by hand. */
function editedPaths(report: MachineReport): ReadonlySet<string> {
  return new Set(
    report.drift.flatMap(({ kind, name }) =>
      kind === "tree"
        ? name.startsWith("files/")
          ? [name.slice(5)]
          : []
        : kind === "link" || kind === "copy"
          ? [name]
          : [],
    ),
  );
}

/** Every way in which the machine is not as it was made, in words. */
export function driftOf(report: MachineReport): readonly string[] {
  return [
    ...report.drift.map(driftInWords),
    ...report.health.filter(({ healthy }) => !healthy).map(({ name, text }) => `health check ${name} fails: ${text}`),
  ];
}

/** @throws Failure `owned` when the machine belongs to another deployment */
export function refuseForeign(
  report: MachineReport,
  wanted: { readonly deployment: string; readonly component: string },
): void {
  if (report.owner === undefined || report.owner === wanted.deployment) return;
  throw new Failure({
    code: "owned",
    attempted: "compare the machine with what is wanted",
    subject: wanted.component,
    found: `the machine belongs to the deployment ${report.owner}`,
    next: `Use another machine, or destroy (and purge) the deployment ${report.owner} there first.`,
  });
}

/** What is put right besides files: units that do not run, packages and users that are gone. */
function repairs(report: MachineReport, generation: Generation): readonly Change[] {
  return report.drift.flatMap(({ kind, name }): readonly Change[] => {
    if (kind === "unit" && generation.units.some((unit) => unit.name === name))
      return [{ verb: "start", what: `unit ${name}` }];
    if (kind === "package" && generation.packages.includes(name)) return [{ verb: "add", what: `package ${name}` }];
    return kind === "user" && usersOf(generation).includes(name) ? [{ verb: "add", what: `user ${name}` }] : [];
  });
}

/**
 * Puts together what the generations differ in and what is put right, with one verb for each unit: one that is down is
 * started, since try-restart and try-reload-or-restart leave it alone; one that is on its way is what its change says.
 */
function together(report: MachineReport, differing: readonly Change[], repaired: readonly Change[]): readonly Change[] {
  const down = new Set(
    report.drift.flatMap(({ kind, name, words }) =>
      kind === "unit" && /^(?:inactive|failed)/.test(words) ? [`unit ${name}`] : [],
    ),
  );
  const verbs = new Set<Change["verb"]>(["start", "restart", "reload"]);
  const left = differing.filter(({ verb, what }) => !(verbs.has(verb) && down.has(what)));
  const said = new Set(left.map(({ what }) => what));
  return [...left, ...repaired.filter(({ what }) => !said.has(what))];
}

/** Compares a machine with the wanted generation, in one exchange where nothing differs. */
export async function inspectMachine(session: Session, wanted: Wanted): Promise<Difference> {
  const { generation } = wanted;
  session.send("read", generation.id, "quiet");
  const report = await readReport(session, wanted.component, "compare the machine with what is wanted");
  refuseForeign(report, wanted);
  const drift = driftOf(report);
  const outputs = { address: wanted.address, generation: report.number };
  if (report.id === generation.id && drift.length === 0 && report.pending === undefined)
    return { kind: "same", outputs };
  const old = await before(session, report, generation);
  const edited = editedPaths(report);
  const diffs = new Map<string, readonly string[]>();
  // Loaded only where something differs: what a no-op does not need must not cost it start-up time.
  const { textDifference } = await import("./text-difference.ts");
  for (const path of comparablePaths(old, generation, edited)) {
    const file = generation.files.find((candidate) => candidate.path === path);
    if (typeof file?.content !== "string") continue;
    const lines = textDifference(await contents(session, path), file.content);
    if (lines.length > 0) diffs.set(path, lines);
  }
  return {
    kind: report.number === 0 ? "create" : "update",
    changes: together(report, generationChanges(old, generation, edited, diffs), repairs(report, generation)),
    drift:
      report.pending === undefined
        ? drift
        : [...drift, `generation ${String(report.pending.number)} was never confirmed`],
  };
}
