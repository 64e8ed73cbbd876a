/** What a step of `npm test` found. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line beside the result: figures, or why something was skipped. */
  readonly note?: string | undefined;
  /** Everything worth reading when something failed. */
  readonly output: string;
}

/** One step of `npm test`; it counts as many tests as it has. */
export interface Step {
  /** The word that `--only` takes. */
  readonly name: string;
  /** Whether other steps of this kind may run at the same time; otherwise it has the computer for itself. */
  readonly shares?: boolean | undefined;
  /**
   * Runs the step; a failure is an outcome, not an exception.
   * @param onLine gets what the step prints, line by line, as it comes
   */
  readonly run: (onLine: (line: string) => void) => Promise<Outcome>;
}

/** The sum of several outcomes; their notes and outputs follow each other. */
export function sum(outcomes: readonly Outcome[]): Outcome {
  const total = (pick: (outcome: Outcome) => number): number => outcomes.reduce((all, one) => all + pick(one), 0);
  const notes = outcomes.flatMap(({ note }) => (note === undefined ? [] : [note]));
  return {
    passed: total((one) => one.passed),
    failed: total((one) => one.failed),
    skipped: total((one) => one.skipped),
    note: notes.length === 0 ? undefined : notes.join("; "),
    output: outcomes.map(({ output }) => output).join(""),
  };
}

/**
 * Runs steps in their order; those next to each other that share the computer run side by side.
 * @param options.sideBySide how many at most
 * @param options.isOver asked before each step is begun
 */
export async function runSteps(
  steps: readonly Step[],
  run: (step: Step) => Promise<void>,
  options: { readonly sideBySide: number; readonly isOver: () => boolean },
): Promise<void> {
  const waiting = [...steps];
  const next = (shares: boolean): Step | undefined =>
    !options.isOver() && waiting.length > 0 && (waiting[0]?.shares ?? false) === shares ? waiting.shift() : undefined;
  const lane = async (shares: boolean): Promise<void> => {
    for (let step = next(shares); step !== undefined; step = next(shares)) await run(step);
  };
  while (waiting.length > 0 && !options.isOver()) {
    await lane(false);
    await Promise.all(Array.from({ length: options.sideBySide }, () => lane(true)));
  }
}

/** Where a skip must not go unnoticed (CI is set), what was skipped counts as failed. */
export function withoutSkips(outcome: Outcome): Outcome {
  if (outcome.skipped === 0) return outcome;
  const output = `${outcome.output}Skipped, which is a failure because CI is set: ${outcome.note ?? "see above"}\n`;
  return { ...outcome, failed: outcome.failed + outcome.skipped, skipped: 0, output };
}

/** The last line of `npm test` and of every check. */
export function closingLine({ passed, failed, skipped }: Outcome): string {
  const counts = `${String(passed)} passed, ${String(failed)} failed`;
  return skipped === 0 ? counts : `${counts}, ${String(skipped)} skipped`;
}

/** Reads a closing line, or gives nothing when the text is not one. */
export function parseClosingLine(line: string): Pick<Outcome, "passed" | "failed" | "skipped"> | undefined {
  const match = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line);
  return match === null
    ? undefined
    : { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) };
}
