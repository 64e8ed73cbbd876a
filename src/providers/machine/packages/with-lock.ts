import { spawn } from "node:child_process";
import { once } from "node:events";
import { Failure } from "../../../model/failure.ts";

/** How a lock is held: `exclusive` alone, `shared` beside other shared holders. */
export type LockMode = "exclusive" | "shared";

/**
 * Does `work` while holding a lock on a file (flock(2)), waiting until it is free. The lock belongs to a child process
 * whose standard input is ours, so it is given up when this process ends in any way, and it works between processes
 * and within one. The file is made when missing; its folder must exist.
 * @throws Failure `lock-unavailable` when the file cannot be locked; an AbortError when aborted while waiting
 */
export async function withLock<T>(
  file: string,
  mode: LockMode,
  work: () => Promise<T>,
  signal?: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const child = spawn("flock", [`--${mode}`, "--no-fork", file, "cat"], { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString("utf8");
  });
  // A holder that is gone cannot be written to; its end is what tells.
  child.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      complaint += error.message;
      resolve();
    });
    child.on("close", () => resolve());
  });
  const give = (): void => {
    child.kill();
  };
  signal?.addEventListener("abort", give, { once: true });
  try {
    child.stdin.write("\n");
    const held = await Promise.race([once(child.stdout, "data").then(() => true), ended.then(() => false)]);
    signal?.throwIfAborted();
    if (!held) {
      throw new Failure({
        code: "lock-unavailable",
        attempted: "take a lock",
        subject: file,
        found: complaint.trim() === "" ? "flock ended before it had the lock" : complaint.trim(),
        next: "Make sure that the folder is on a local disk and may be written to, then try again.",
      });
    }
    signal?.removeEventListener("abort", give);
    return await work();
  } finally {
    signal?.removeEventListener("abort", give);
    child.stdin.end();
    await ended;
  }
}
