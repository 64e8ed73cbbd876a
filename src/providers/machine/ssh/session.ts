import { spawn } from "node:child_process";
import { Failure } from "../../../model/failure.ts";
import { machineProgram } from "../program.ts";
import { type SshTarget, sshArguments } from "./arguments.ts";
import { sshFailure } from "./ssh-failure.ts";

/** One SSH session in which the machine's program answers. */
export interface Session {
  /** Sends a line: words that hold no white space. */
  send(...words: readonly (string | number)[]): void;
  /** Sends bytes, awaiting that they are taken. */
  write(bytes: Buffer): Promise<void>;
  /**
   * The next line without its end.
   * @throws Failure of the connection when it ends, or one that the machine's program reported
   */
  line(): Promise<string>;
  /** Exactly so many bytes. */
  take(bytes: number): Promise<Buffer>;
  /** Ends input and awaits the end of the session. */
  close(): Promise<void>;
  /** Bytes sent and received, for measurements. */
  readonly traffic: { sent: number; received: number };
  /** The last lines that the machine's programs wrote to standard error. */
  readonly stderr: () => string;
}

/** Splits a stream into lines and counted bytes, in whatever pieces it arrives. */
class Reader {
  #chunks: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  push(chunk: Buffer): void {
    this.#chunks = this.#chunks.length === 0 ? chunk : Buffer.concat([this.#chunks, chunk]);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async #until(enough: () => boolean): Promise<boolean> {
    while (!enough()) {
      if (this.#ended) return false;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return true;
  }

  /** Undefined when the stream ended before. */
  async take(bytes: number): Promise<Buffer | undefined> {
    if (!(await this.#until(() => this.#chunks.length >= bytes))) return undefined;
    const taken = this.#chunks.subarray(0, bytes);
    this.#chunks = this.#chunks.subarray(bytes);
    return taken;
  }

  async line(): Promise<string | undefined> {
    let at = -1;
    const found = await this.#until(() => (at = this.#chunks.indexOf(10)) !== -1);
    return found ? (await this.take(at + 1))?.toString("utf8", 0, at) : undefined;
  }
}

/**
 * Opens a session and sends the machine's program, without awaiting anything: the first answer tells whether it worked.
 * @param attempted what the session is for, for failures
 */
export function openSession(target: SshTarget, attempted: string, signal: AbortSignal): Session {
  const program = machineProgram();
  const [command = "ssh", ...args] = [...target.prefix, "ssh", ...sshArguments(target, program.command)];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], signal });
  const reader = new Reader();
  const traffic = { sent: 0, received: 0 };
  let stderr = "";
  let exitCode: number | undefined;
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      stderr += `${error.message}\n`;
      reader.end();
      resolve();
    });
    child.on("close", (code) => {
      exitCode = code ?? undefined;
      reader.end();
      resolve();
    });
  });
  child.stdout.on("data", (chunk: Buffer) => {
    traffic.received += chunk.length;
    reader.push(chunk);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-16_384);
  });
  // The end of the connection is told by its output, with the reason.
  child.stdin.on("error", () => undefined);

  const write = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => {
      traffic.sent += bytes.length;
      if (child.stdin.destroyed || child.stdin.writableEnded) resolve();
      else child.stdin.write(bytes, () => resolve());
    });
  void write(program.compressed);

  const broken = async (): Promise<never> => {
    await ended;
    signal.throwIfAborted();
    if (/No space left on device/.test(stderr)) {
      throw new Failure({
        code: "disk-full",
        attempted,
        subject: target.alias,
        found: "the machine's disk is full; what ran before still runs",
        next: "Free space on the machine, then run the same again.",
        details: stderr.trimEnd().split("\n").slice(-4),
      });
    }
    throw sshFailure(target, stderr, attempted, exitCode);
  };

  return {
    traffic,
    stderr: () => stderr,
    send(...words) {
      void write(Buffer.from(`${words.join(" ")}\n`));
    },
    write,
    async line() {
      return (await reader.line()) ?? (await broken());
    },
    async take(bytes) {
      return (await reader.take(bytes)) ?? (await broken());
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
