import type { Reading } from "../../engine/provider.ts";
import type { Look as Looked } from "../../engine/verbs/look.ts";
import { as, line, type Line, type Span } from "./line.ts";
import { count } from "./quantity.ts";

/** Tells whether nothing is missing, unhealthy or drifted. */
export function isWell(looked: Looked<Reading>): boolean {
  if ("failure" in looked || !looked.result.exists) return false;
  return looked.result.drift.length === 0 && looked.result.health.every(({ healthy }) => healthy);
}

function head(looked: Looked<Reading>): readonly (Span | string)[] {
  if ("failure" in looked) {
    return [as("bad", `✗ ${looked.component}`), `: ${looked.failure.found} `, as("faint", `[${looked.failure.code}]`)];
  }
  const { result, component } = looked;
  if (!result.exists) return [as("bad", `✗ ${component}`), ": it is not there"];
  const unhealthy = result.health.filter(({ healthy }) => !healthy).length;
  const words = [
    result.generation === undefined ? "" : `generation ${String(result.generation)}`,
    result.health.length === 0
      ? ""
      : unhealthy === 0
        ? "healthy"
        : `${String(unhealthy)} of ${count(result.health.length, "check")} failing`,
    result.drift.length === 0 ? "" : `${count(result.drift.length, "thing")} changed from outside`,
  ].filter((word) => word !== "");
  const look = unhealthy > 0 ? "bad" : result.drift.length > 0 ? "warn" : "good";
  const mark = look === "good" ? "✓" : look === "warn" ? "!" : "✗";
  return [as(look, `${mark} ${component}`), words.length === 0 ? ": it is there" : `: ${words.join(", ")}`];
}

function details(looked: Looked<Reading>): readonly Line[] {
  if ("failure" in looked) return [line(as("accent", "    next: "), looked.failure.next)];
  const { result } = looked;
  if (!result.exists) return [];
  return [
    ...result.drift.map((text) => line("    ", as("warn", `drift: ${text}`))),
    ...result.health.map(({ name, healthy, text }) =>
      line(
        "    ",
        as(healthy ? "good" : "bad", healthy ? "✓" : "✗"),
        ` ${name}`,
        text === "" ? "" : as("faint", `: ${text}`),
      ),
    ),
  ];
}

/** Renders health and drift of every component. */
export function statusLines(deployment: string, found: readonly Looked<Reading>[]): readonly Line[] {
  if (found.length === 0) return [line(as("strong", deployment), ": nothing is deployed.")];
  return [line(as("strong", deployment)), ...found.flatMap((looked) => [line(...head(looked)), ...details(looked)])];
}
