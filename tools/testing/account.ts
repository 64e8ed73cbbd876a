import { stripVTControlCharacters, styleText } from "node:util";
import type { Outcome } from "./step.ts";

/** Where an account is written: standard output, or what a test puts in its place. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Shows what `npm test` is doing: one line a step, rewritten while it runs where there is a terminal. */
export interface Account {
  readonly begin: (step: string) => void;
  readonly line: (line: string) => void;
  readonly end: (outcome: Outcome) => void;
  /** Says that the step was interrupted. */
  readonly abandon: () => void;
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1).padStart(7)} s`;
const bare = (line: string): string => stripVTControlCharacters(line).trim();

function result({ passed, failed, skipped, note }: Outcome): string {
  const counts = [
    ...(passed > 1 || skipped > 0 ? [`${String(passed)} passed`] : []),
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...(skipped > 0 ? [`${String(skipped)} skipped`] : []),
  ];
  return [counts.join(", "), note ?? ""].filter((part) => part !== "").join("; ");
}

function mark({ failed, skipped }: Outcome): string {
  if (failed > 0) return styleText("red", "✖");
  return skipped > 0 ? styleText("yellow", "–") : styleText("green", "✔");
}

/**
 * Makes the account of one run.
 * @param out where it is written
 */
export function makeAccount(out: Terminal): Account {
  const terminal = out.isTTY === true;
  let step = "";
  let began = 0;
  let last = "";
  let timer: NodeJS.Timeout | undefined;
  const paint = (): void => {
    const line = `${step.padEnd(20)} … ${seconds(performance.now() - began)}   ${last}`;
    out.write(`\r\u001B[K${line.slice(0, (out.columns || 80) - 1)}`);
  };
  const clear = (): void => {
    clearInterval(timer);
    if (terminal) out.write("\r\u001B[K");
  };
  return {
    begin(name) {
      step = name;
      began = performance.now();
      last = "";
      if (!terminal) return;
      paint();
      timer = setInterval(paint, 200);
    },
    line(line) {
      last = bare(line);
      // Who reads a pipe should see during the minutes of a check that it goes on.
      if (!terminal && /^[✓✗]/.test(last)) out.write(`  ${step}: ${last}\n`);
    },
    end(outcome) {
      clear();
      const time = seconds(performance.now() - began);
      out.write(`${step.padEnd(20)} ${mark(outcome)} ${time}   ${result(outcome)}`.trimEnd() + "\n");
      if (outcome.failed > 0) out.write(`${outcome.output.trimEnd().replaceAll(/^/gm, "    ")}\n`);
    },
    abandon() {
      clear();
      out.write(`${step.padEnd(20)} interrupted\n`);
    },
  };
}
