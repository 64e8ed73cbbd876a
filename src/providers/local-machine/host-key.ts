import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOk } from "../process/run.ts";

/** An SSH key pair (ed25519) in OpenSSH's formats. */
export interface SshKey {
  readonly privateKey: string;
  /** One line: type and key, without a comment. */
  readonly publicKey: string;
}

/** Makes an SSH key pair without a passphrase. */
export async function generateSshKey(): Promise<SshKey> {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-key-"));
  try {
    const file = join(folder, "key");
    await runOk("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
    const publicKey = (await readFile(`${file}.pub`, "utf8")).trim();
    return { privateKey: await readFile(file, "utf8"), publicKey };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
