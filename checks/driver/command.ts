import type { RunResult } from "../../src/providers/process/run.ts";
import { Failure } from "../../src/model/failure.ts";

/** A command for a machine: text that `sh -c` runs there, or an argument vector that no shell sees. */
export type Command = string | readonly string[];

/** Gives the argument vector of a command. */
export function argumentsOf(command: Command): readonly string[] {
  return typeof command === "string" ? ["sh", "-c", command] : command;
}

/** Shows a command to people in one line. */
export function describeCommand(command: Command): string {
  const text = (typeof command === "string" ? command : command.join(" ")).trim().replaceAll(/\s+/g, " ");
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

/** The failure of a command that ended otherwise than a check expects, with the end of what it printed. */
export function unexpectedEnd(machine: string, command: Command, result: RunResult, next: string): Failure {
  return new Failure({
    code: "check-command",
    attempted: `run: ${describeCommand(command)}`,
    subject: machine,
    found: `it ended with exit code ${String(result.code)}`,
    next,
    details: `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-20),
  });
}
