import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../../model/failure.ts";

/**
 * Does something while no other process that locks the same file does. The lock is flock(1)'s, held by a child that
 * ends with this process, so a dead holder does not keep it.
 * @param path the file that stands for the lock; it is made when missing and stays
 * @throws Failure `lock-failed` when the lock cannot be taken for another reason than being held
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn("flock", ["--exclusive", path, "sh", "-c", "echo held; exec cat"], {
    stdio: ["pipe", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  const said: Buffer[] = [];
  holder.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    holder.once("error", reject);
    holder.once("close", () => {
      resolve();
    });
  });
  const held = once(holder.stdout, "data").then(() => true);
  if ((await Promise.race([held, ended])) !== true) {
    throw new Failure({
      code: "lock-failed",
      attempted: "wait for another process that does the same work",
      subject: path,
      found: Buffer.concat(said).toString("utf8").trim() || "flock ended without the lock",
      next: "Look whether the folder of this file can be written and flock (Debian package util-linux) is installed.",
    });
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
