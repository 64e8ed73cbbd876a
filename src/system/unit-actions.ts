import type { UnitEntry } from "./unit-index.ts";

/** What happens to one unit when a generation follows another. */
export interface UnitAction {
  readonly verb: "stop" | "start" | "restart" | "reload";
  readonly unit: string;
}

function actionFor(
  before: UnitEntry | undefined,
  after: UnitEntry | undefined,
  edited: ReadonlySet<string>,
): UnitAction["verb"] | undefined {
  if (after === undefined) return "stop";
  if (before === undefined) return after.enabled ? "start" : undefined;
  if (before.enabled !== after.enabled) return after.enabled ? "start" : "stop";
  if (after.onChange === "nothing") return undefined;
  if (before.restartHash !== after.restartHash || after.restartOn.some((path) => edited.has(path)))
    return after.onChange;
  return before.reloadHash !== after.reloadHash || after.reloadOn.some((path) => edited.has(path))
    ? "reload"
    : undefined;
}

/**
 * Decides which units stop, start, restart and reload: by their hashes alone, so that the plan says beforehand what the
 * machine does. The same table stands in `providers/machine/program/units.sh`; a test compares the two.
 * A unit that is not enabled is restarted and reloaded only when it runs (`systemctl try-restart`).
 * @param edited files that were edited by hand and are put right
 * @returns sorted by unit
 */
export function unitActions(
  before: readonly UnitEntry[],
  after: readonly UnitEntry[],
  edited: ReadonlySet<string> = new Set(),
): readonly UnitAction[] {
  const old = new Map(before.map((unit) => [unit.name, unit]));
  const next = new Map(after.map((unit) => [unit.name, unit]));
  return [...new Set([...old.keys(), ...next.keys()])].toSorted().flatMap((unit) => {
    const verb = actionFor(old.get(unit), next.get(unit), edited);
    return verb === undefined ? [] : [{ verb, unit }];
  });
}
