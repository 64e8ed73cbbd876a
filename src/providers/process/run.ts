import { spawn } from "node:child_process";
import { Failure } from "../../model/failure.ts";

/** How a process is run. Nothing here ever passes through a shell. */
export interface RunOptions {
  /** Bytes for standard input; without them it is empty. */
  readonly input?: string | Buffer | undefined;
  /** The whole environment; without it the environment of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Ends the process with SIGTERM when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the process is ended with SIGKILL and the run fails. */
  readonly timeout?: number | undefined;
  /** Called with each whole line of standard output and standard error as it arrives. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** What a process left behind. */
export interface RunResult {
  /** Exit code, or 128 + the number of the signal, as shells count. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const signals: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 };

/**
 * Runs a command to its end and gives what it printed, whatever its exit code.
 * @throws Failure `command-missing` when it cannot be started, `command-timeout` when it takes longer than allowed
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      cwd: options.cwd,
      signal: options.signal,
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let partial = "";
    let timedOut = false;
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, options.timeout);
    const lines = (chunk: Buffer): void => {
      if (options.onLine === undefined) return;
      const whole = (partial + chunk.toString("utf8")).split(/\r?\n|\r/);
      partial = whole.pop() ?? "";
      for (const line of whole) options.onLine(line);
    };
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      lines(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      err.push(chunk);
      lines(chunk);
    });
    // A process may end without reading all its input; its exit code tells the story.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(
        error.name === "AbortError"
          ? error
          : new Failure(
              {
                code: "command-missing",
                attempted: `run ${command}`,
                subject: command,
                found: error.message,
                next: `Install the Debian package that provides ${command}, or see \`fediversity doctor\`.`,
              },
              { cause: error },
            ),
      );
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (partial !== "") options.onLine?.(partial);
      if (timedOut) {
        reject(
          new Failure({
            code: "command-timeout",
            attempted: `run ${command}`,
            subject: command,
            found: `no end after ${String((options.timeout ?? 0) / 1000)} s`,
            next: "Look at what the command was waiting for, then try again.",
          }),
        );
        return;
      }
      resolve({
        code: code ?? 128 + (signals[signal ?? ""] ?? 0),
        stdout: Buffer.concat(out).toString("utf8"),
        stderr: Buffer.concat(err).toString("utf8"),
      });
    });
  });
}

/**
 * Runs a command that has to succeed and gives its standard output.
 * @throws Failure `command-failed` with the last lines of its standard error
 */
export async function runOk(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(command, args, options);
  if (result.code === 0) return result.stdout;
  throw new Failure({
    code: "command-failed",
    attempted: `run ${command}`,
    subject: command,
    found: `it ended with exit code ${String(result.code)}`,
    next: "Read the lines it printed, mend the cause and try again.",
    details: `${result.stderr}${result.stderr === "" ? result.stdout : ""}`.trimEnd().split("\n").slice(-12),
  });
}
