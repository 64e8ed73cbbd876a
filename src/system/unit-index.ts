/** What decides about a unit when one generation follows another. */
export interface UnitEntry {
  readonly name: string;
  /** Of everything whose change restarts the unit: its text, files, credentials. */
  readonly restartHash: string;
  /** Of everything whose change only reloads it. */
  readonly reloadHash: string;
  readonly onChange: "restart" | "reload" | "nothing";
  readonly enabled: boolean;
  /** Files whose change restarts the unit, for repairs of files that were edited by hand. */
  readonly restartOn: readonly string[];
  readonly reloadOn: readonly string[];
}

/** Writes the index as lines of space-separated fields, sorted by name, for comparison on the machine. */
export function renderUnitIndex(units: readonly UnitEntry[]): string {
  const list = (paths: readonly string[]): string => (paths.length === 0 ? "-" : paths.join(","));
  return units
    .map(
      (unit) =>
        `${unit.name} ${unit.restartHash} ${unit.reloadHash} ${unit.onChange} ${unit.enabled ? "enabled" : "manual"} ` +
        `${list(unit.restartOn)} ${list(unit.reloadOn)}\n`,
    )
    .toSorted()
    .join("");
}

/** Reads what {@link renderUnitIndex} wrote. */
export function parseUnitIndex(text: string): readonly UnitEntry[] {
  const list = (field: string | undefined): readonly string[] =>
    field === undefined || field === "-" ? [] : field.split(",");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", restartHash = "", reloadHash = "", onChange, enabled, restartOn, reloadOn] = line.split(" ");
      return {
        name,
        restartHash,
        reloadHash,
        onChange: onChange === "reload" || onChange === "nothing" ? onChange : "restart",
        enabled: enabled === "enabled",
        restartOn: list(restartOn),
        reloadOn: list(reloadOn),
      };
    });
}
