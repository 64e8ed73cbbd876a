import type { FailureReport } from "../../model/failure.ts";
import { as, line, type Line } from "./line.ts";

function lines(report: FailureReport, indent: string): readonly Line[] {
  const { subject, found, code, attempted, details = [], failures = [], next } = report;
  const head = subject === undefined ? found : `${subject}: ${found}`;
  return [
    line(indent, as("bad", head), as("faint", ` [${code}]`)),
    line(indent, as("faint", "  attempted: "), attempted),
    ...details.map((detail) => line(indent, as("faint", "  | "), detail)),
    ...failures.flatMap((inner) => lines(inner, `${indent}  `)),
    line(indent, as("accent", "  next: "), next),
  ];
}

/** Renders a failure: what was found, what was attempted, details, single failures, and what to do. */
export function failureLines(report: FailureReport): readonly Line[] {
  return lines(report, "");
}
