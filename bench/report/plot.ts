import { median } from "../samples.ts";
import type { Measurement } from "../measurement.ts";
import { nameOf } from "../measurement.ts";
import { quantity } from "../unit.ts";

interface Line {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
}

const width = 960;
const left = 470;
const right = 900;
const rowHeight = 34;
const top = 66;
const colours = { ours: "#0b6e4f", peer: "#b3541e", text: "#1b1b1b", faint: "#d9d9d9" } as const;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function linesOf(measurements: readonly Measurement[]): readonly Line[] {
  return measurements.flatMap((measurement) => {
    const { unit, ours, peer } = measurement;
    if (unit !== "ms" || peer === undefined || ours.length === 0) return [];
    return [{ name: nameOf(measurement), ours: median(ours), peer: median(peer) }];
  });
}

/** Powers of ten from the one below the least to the one above the greatest. */
function decades(lines: readonly Line[]): readonly number[] {
  const all = lines.flatMap(({ ours, peer }) => [ours, peer]);
  const first = Math.floor(Math.log10(Math.min(...all)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...all))));
  return Array.from({ length: last - first + 1 }, (_, step) => 10 ** (first + step));
}

/** Puts a name on one or two lines, broken before what it is measured against. */
function label(name: string, y: number): string {
  const [what = "", ...rest] = name.split(", against ");
  const against = rest.length === 0 ? "" : `<tspan fill="#666"> against ${escaped(rest.join(", against "))}</tspan>`;
  const lines = [escaped(what), against].filter((text) => text !== "");
  return lines
    .map((text, index) => {
      const at = y + (lines.length === 1 ? 4 : -3 + index * 14);
      return `<text x="${String(left - 20)}" y="${String(at)}" text-anchor="end" font-size="12">${text}</text>`;
    })
    .join("");
}

/**
 * Draws the durations as SVG: one line each, ours and the peer's as dots on one axis, which is logarithmic. Pure.
 * @returns an empty drawing when nothing has a peer
 */
export function renderPlot(measurements: readonly Measurement[]): string {
  const lines = linesOf(measurements);
  const height = top + lines.length * rowHeight + 30;
  const ticks = lines.length === 0 ? [1, 10] : decades(lines);
  const [least = 1, greatest = 10] = [ticks[0], ticks.at(-1)];
  const at = (amount: number): string =>
    (left + ((right - left) * Math.log10(amount / least)) / Math.log10(greatest / least)).toFixed(1);
  const grid = ticks.map(
    (tick) =>
      `<line x1="${at(tick)}" x2="${at(tick)}" y1="${String(top - 16)}" y2="${String(height - 20)}" stroke="${colours.faint}"/>` +
      `<text x="${at(tick)}" y="${String(top - 22)}" text-anchor="middle" font-size="12">${quantity(tick, "ms").replace(/\.0+ /, " ")}</text>`,
  );
  const rows = lines.map(({ name, ours, peer }, index) => {
    const y = top + index * rowHeight + rowHeight / 2;
    const ratio = peer / ours;
    return [
      label(name, y),
      `<line x1="${at(ours)}" x2="${at(peer)}" y1="${String(y)}" y2="${String(y)}" stroke="#999" stroke-width="2"/>`,
      `<circle cx="${at(peer)}" cy="${String(y)}" r="6" fill="${colours.peer}"/>`,
      `<circle cx="${at(ours)}" cy="${String(y)}" r="6" fill="${colours.ours}"/>`,
      `<text x="${String(width - 8)}" y="${String(y + 4)}" text-anchor="end" font-size="12">${ratio.toFixed(ratio >= 10 ? 0 : 1)} ×</text>`,
    ].join("");
  });
  const legend =
    `<circle cx="20" cy="22" r="6" fill="${colours.ours}"/><text x="32" y="26" font-size="13">Fediversity</text>` +
    `<circle cx="130" cy="22" r="6" fill="${colours.peer}"/><text x="142" y="26" font-size="13">the peer</text>` +
    `<text x="${String(width - 8)}" y="26" text-anchor="end" font-size="13">peer / ours</text>` +
    `<text x="${String(left)}" y="26" font-size="13">median duration, logarithmic scale</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}" role="img" font-family="sans-serif" fill="${colours.text}">`,
    "<title>Durations of Fediversity and its peers</title>",
    `<rect width="${String(width)}" height="${String(height)}" fill="#fff"/>`,
    legend,
    ...grid,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}
