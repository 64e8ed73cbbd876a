// Runs one child in the place of this process: its standard streams, its exit code, and every signal exactly once.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";

/** @type {readonly NodeJS.Signals[]} */
const fromTerminal = ["SIGINT", "SIGQUIT", "SIGHUP"];
/** @type {readonly NodeJS.Signals[]} */
const forwarded = [...fromTerminal, "SIGTERM", "SIGUSR2"];

/**
 * Whether the terminal sends its signals to this process group. Then the child, a member, has them already, and npm,
 * which passes on what it got, makes a second one that must go nowhere. Fields as in proc_pid_stat(5).
 */
function inForeground() {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const [, , group, , terminal, foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return terminal !== "0" && group === foreground;
}

/**
 * Runs a command to its end.
 * @param {readonly string[]} command the program and its arguments
 * @param {import("node:child_process").SpawnOptions} [options] by default it has the standard streams of this process
 * @param {(chunk: Buffer) => void} [onOutput] gets what it prints, when `options` makes pipes of its output
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null }>} the exit code, as shells count when a signal
 *   ended it, and that signal
 */
export function runChild([program = "", ...args], options = {}, onOutput = () => undefined) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit", ...options });
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      if (!fromTerminal.includes(signal) || !inForeground()) child.kill(signal);
    };
    const end = () => {
      for (const signal of forwarded) process.off(signal, forward);
    };
    for (const signal of forwarded) process.on(signal, forward);
    child.stdout?.on("data", onOutput);
    child.stderr?.on("data", onOutput);
    child.once("error", (error) => {
      end();
      reject(error);
    });
    child.once("close", (code, signal) => {
      end();
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal });
    });
  });
}
