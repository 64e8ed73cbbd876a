import { stripVTControlCharacters, styleText } from "node:util";
import type { Outcome } from "./step.ts";

/** Where an account is written: standard output, or what a test puts in its place. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** Shows what `npm test` is doing: one line a step, and where there is a terminal, one more for what is under way. */
export interface Account {
  /** Steps may overlap; each is told of by what this gives. */
  readonly begin: (step: string) => StepAccount;
  /** Says of what is under way that it was interrupted. */
  readonly abandon: () => void;
}

/** The account of one step. */
export interface StepAccount {
  readonly line: (line: string) => void;
  readonly end: (outcome: Outcome) => void;
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
  const underWay = new Map<string, number>();
  let last = "";
  let timer: NodeJS.Timeout | undefined;
  const paint = (): void => {
    const steps = [...underWay].map(([step, began]) => `${step.padEnd(20)} … ${seconds(performance.now() - began)}`);
    out.write(`\r\u001B[K${`${steps.join("   ")}   ${last}`.slice(0, (out.columns || 80) - 1)}`);
  };
  /** Writes a line of its own, above what is under way. */
  const say = (line: string): void => {
    if (terminal) out.write("\r\u001B[K");
    out.write(`${line.trimEnd()}\n`);
  };
  const leave = (step: string): void => {
    underWay.delete(step);
    if (underWay.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  return {
    begin(step) {
      const began = performance.now();
      underWay.set(step, began);
      last = "";
      if (terminal) {
        paint();
        timer ??= setInterval(paint, 200);
      }
      return {
        line(line) {
          last = bare(line);
          // Who reads a pipe should see during the minutes of a check that it goes on.
          if (!terminal && /^[✓✗]/.test(last)) say(`  ${step}: ${last}`);
        },
        end(outcome) {
          leave(step);
          say(`${step.padEnd(20)} ${mark(outcome)} ${seconds(performance.now() - began)}   ${result(outcome)}`);
          if (outcome.failed > 0) say(outcome.output.trimEnd().replaceAll(/^/gm, "    "));
        },
      };
    },
    abandon() {
      for (const step of underWay.keys()) {
        leave(step);
        say(`${step.padEnd(20)} interrupted`);
      }
    },
  };
}
