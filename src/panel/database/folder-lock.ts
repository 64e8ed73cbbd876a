import { createHash } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { once } from "node:events";
import { createServer } from "node:net";
import { Failure } from "../../model/failure.ts";

/**
 * Makes this process the only one that uses a folder. PGlite itself does not notice a second one, and both lose data. The
 * lock is an abstract socket (unix(7)), which the kernel frees however the process ends; it covers one network namespace.
 * @throws Failure `database-locked`
 */
export async function lockFolder(folder: string): Promise<{ release(): void }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const name = createHash("sha256")
    .update(await realpath(folder))
    .digest("hex")
    .slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0fediversity-${name}`);
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Failure({
      code: "database-locked",
      attempted: "open the panel's database",
      subject: folder,
      found: "another process has it open",
      next: "Stop the other panel, or give this one a folder of its own; several processes share a PostgreSQL server.",
    });
  }
  server.unref();
  return { release: () => void server.close() };
}
