import type { Examination } from "../../engine/provider.ts";
import type { Examined } from "../../engine/verbs/doctor.ts";
import { as, line, type Line } from "./line.ts";
import { count } from "./quantity.ts";

function examinationLines({ name, ok, text, next }: Examination): readonly Line[] {
  return [
    line("  ", as(ok ? "good" : "bad", ok ? "✓" : "✗"), ` ${name}`, text === "" ? "" : as("faint", `: ${text}`)),
    ...(ok || next === undefined ? [] : [line(as("accent", "      next: "), next)]),
  ];
}

/** Renders what doctor found, and how much stands in the way. */
export function doctorLines(examined: readonly Examined[]): readonly Line[] {
  const wrong = examined.flatMap(({ examinations }) => examinations).filter(({ ok }) => !ok).length;
  return [
    ...examined.flatMap(({ component, examinations }) =>
      examinations.length === 0
        ? []
        : [line(as("strong", component ?? "the state")), ...examinations.flatMap(examinationLines)],
    ),
    wrong === 0 ? line(as("good", "Nothing stands in the way.")) : line(as("bad", `${count(wrong, "thing")} to mend.`)),
  ];
}
