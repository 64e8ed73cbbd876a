import type { CommanderError } from "@commander-js/extra-typings";
import type { FailureReport } from "../model/failure.ts";

/**
 * Turns what commander refuses into a report. Its messages read `error: unknown option '--jsn'`, and on a second line
 * `(Did you mean --json?)`.
 * @param command the command whose help explains the right use
 */
export function usageFailure({ message }: Pick<CommanderError, "message">, command: string): FailureReport {
  const [first = "", ...rest] = message.replace(/^error: /, "").split("\n");
  const near = /Did you mean (?:one of )?(.*)\?\)?$/.exec(rest.join(" "))?.[1];
  return {
    code: "usage",
    attempted: "read the command line",
    found: near === undefined ? first : `${first}; did you mean ${near}?`,
    next: `See \`${command} --help\`.`,
  };
}
