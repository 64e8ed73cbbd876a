import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program ended, with everything it printed on both streams in order. */
export interface CommandResult {
  readonly code: number | null;
  readonly output: string;
}

/** How a program is followed. */
export interface FollowOptions {
  readonly onLine?: ((line: string) => void) | undefined;
  /** Who gets an interruption: the program, which ends what it started, or every process that it started. */
  readonly interrupts?: "program" | "group" | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

const running = new Map<ChildProcess, "program" | "group">();

/**
 * Runs a program to its end. It gets a process group of its own, so that Ctrl-C in the terminal reaches it once, by
 * {@link interruptAll}, and never at the side of it.
 */
export function follow(command: readonly string[], options: FollowOptions = {}): Promise<CommandResult> {
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env: options.env });
    running.set(child, options.interrupts ?? "group");
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
        output += `${line}\n`;
        options.onLine?.(line);
      });
    }
    child.once("error", (error) => {
      running.delete(child);
      reject(error);
    });
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code, output });
    });
  });
}

/** Passes a signal on to every program that is being followed; SIGKILL always goes to all they started. */
export function interruptAll(signal: NodeJS.Signals): void {
  for (const [child, interrupts] of running) {
    if (child.pid === undefined) continue;
    try {
      process.kill(interrupts === "group" || signal === "SIGKILL" ? -child.pid : child.pid, signal);
    } catch (error) {
      // It ended in this moment.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
