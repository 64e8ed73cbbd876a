import { lstat, mkdir } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { Failure } from "../../../model/failure.ts";

/**
 * Gives the folder for control sockets and known-hosts files: of this user alone, and short, since a Unix socket's path
 * holds 108 bytes (unix(7)).
 * @throws Failure `runtime-folder` when somebody else owns it
 */
export async function runtimeFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(process.env["XDG_RUNTIME_DIR"] ?? tmpdir(), `fediversity-${String(uid)}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return folder;
  throw new Failure({
    code: "runtime-folder",
    attempted: "prepare connections",
    subject: folder,
    found: "it belongs to somebody else, is open to others or is no folder",
    next: `Remove ${folder}, then try again.`,
  });
}
