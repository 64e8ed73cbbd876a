import { nameOf, rowOf, type Measurement } from "../measurement.ts";
import { range, type Samples } from "../samples.ts";
import { quantity, type Unit } from "../unit.ts";

const titles = ["measurement", "ours", "min–max", "peer", "min–max", "ratio", "budget", "met"] as const;

function spread(samples: Samples | undefined, unit: Unit): string {
  if (samples === undefined || samples.length === 0) return "";
  const { least, greatest } = range(samples);
  return `${quantity(least, unit)}–${quantity(greatest, unit)}`;
}

/** Gives the cells of a measurement, in the order of the titles. Pure. */
function cellsOf(measurement: Measurement): readonly string[] {
  const { unit } = measurement;
  const row = rowOf(measurement);
  return [
    nameOf(measurement),
    quantity(row.ours, unit),
    spread(measurement.ours, unit),
    row.peer === null ? "" : quantity(row.peer, unit),
    spread(measurement.peer, unit),
    row.ratio === null ? "" : `${shortNumber(row.ratio)} ×`,
    row.budget ?? "",
    row.met === null ? "" : row.met ? "yes" : "NO",
  ];
}

function widthsOf(lines: readonly (readonly string[])[]): readonly number[] {
  return titles.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
}

/** Gives the results as a table for terminals. Pure. */
export function textTable(measurements: readonly Measurement[]): string {
  const lines = [titles, ...measurements.map((measurement) => cellsOf(measurement))];
  const widths = widthsOf(lines);
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Gives the results as a table for Markdown, in the columns that the project's formatter wants. Pure. */
export function markdownTable(measurements: readonly Measurement[]): string {
  const lines = [titles, ...measurements.map((measurement) => cellsOf(measurement))];
  const widths = widthsOf(lines);
  const isText = (column: number): boolean => titles[column] === "measurement" || titles[column] === "budget";
  const rule = widths.map((width, column) => (isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const padded = lines.map((line) =>
    line.map((cell, column) =>
      isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    ),
  );
  const [head = [], ...rest] = padded;
  return [head, rule, ...rest].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function shortNumber(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
