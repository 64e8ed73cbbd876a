import { Failure, reportOf } from "../model/failure.ts";
import { exitCodes, exitOf, type Exit } from "./exit-code.ts";
import type { SharedOptions } from "./shared-options.ts";
import { listenForInterrupt } from "./terminal/interrupt.ts";
import { createOutput, type Output } from "./terminal/output.ts";

/** What a verb works with while it runs. */
export interface VerbContext {
  readonly output: Output;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
}

/** A verb in two steps: what is wrong in the first was refused before anything was tried. */
export interface VerbWork<Prepared> {
  readonly verb: string;
  /** What is said at the first Ctrl-C. */
  readonly atInterrupt?: string | undefined;
  prepare(): Promise<Prepared>;
  run(prepared: Prepared, context: VerbContext): Promise<Exit>;
}

/** Runs a verb from its first word to its last, and gives the exit code. */
export async function runVerb<Prepared>(
  options: Pick<SharedOptions, "json">,
  work: VerbWork<Prepared>,
): Promise<number> {
  const { verb } = work;
  const output = createOutput(options.json === true, process);
  const interrupt = listenForInterrupt(() => {
    output.notice(
      work.atInterrupt ?? "Interrupted: ending in order, the state stays consistent. Ctrl-C again leaves at once.",
    );
  });
  let otherwise: Exit = "refused";
  try {
    const prepared = await work.prepare();
    otherwise = "failed";
    return exitCodes[await work.run(prepared, { output, signal: interrupt.signal })].code;
  } catch (error) {
    output.close();
    const report = reportOf(error, verb);
    const exit = interrupt.signal.aborted
      ? "interrupted"
      : exitOf(report, error instanceof Failure ? otherwise : "failed");
    output.failure(verb, report, exitCodes[exit].code);
    return exitCodes[exit].code;
  } finally {
    interrupt.end();
  }
}
