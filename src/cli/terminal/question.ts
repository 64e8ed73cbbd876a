import { Failure } from "../../model/failure.ts";

/** Tells whether there is somebody who can be asked. */
function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Refuses a change that nobody confirmed and nobody can be asked about.
 * @throws Failure `confirmation-needed`
 */
export function requireConfirmation(
  verb: string,
  options: { readonly yes?: true | undefined; readonly json?: true | undefined },
): void {
  if (options.yes === true || (canAsk() && options.json !== true)) return;
  throw new Failure({
    code: "confirmation-needed",
    attempted: verb,
    found:
      options.json === true
        ? "with --json nobody is asked"
        : "this changes something, and there is no terminal to ask on",
    next: "Look at the plan, then add --yes.",
  });
}

/** @throws Failure `interrupted` at Ctrl-C */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  const dialogue = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new AbortController();
  const ended = new AbortController();
  // While readline reads, Ctrl-C is a key for it and no signal for the process.
  dialogue.on("SIGINT", () => interrupted.abort());
  dialogue.on("close", () => ended.abort());
  try {
    return await dialogue.question(question, { signal: AbortSignal.any([signal, interrupted.signal, ended.signal]) });
  } catch (error) {
    process.stderr.write("\n");
    if (signal.aborted || interrupted.signal.aborted) {
      throw new Failure({
        code: "interrupted",
        attempted: "ask before changing anything",
        found: "the question was interrupted",
        next: "Nothing was changed.",
      });
    }
    if (ended.signal.aborted) return "";
    throw error;
  } finally {
    dialogue.close();
  }
}

/**
 * Asks before a change.
 * @param expected what has to be typed; without it, `y` or `yes`
 * @throws Failure `declined` for any other answer, and for none
 */
export async function confirm(
  question: string,
  options: { readonly signal: AbortSignal; readonly expected?: string },
): Promise<void> {
  const { expected, signal } = options;
  const answer = (await ask(`${question} ${expected === undefined ? "[y/N] " : ""}`, signal)).trim();
  const agreed = expected === undefined ? /^y(es)?$/i.test(answer) : answer === expected;
  if (agreed) return;
  throw new Failure({
    code: "declined",
    attempted: "ask before changing anything",
    found: expected === undefined ? "the answer was not yes" : `${JSON.stringify(expected)} was not typed`,
    next: "Nothing was changed.",
  });
}
