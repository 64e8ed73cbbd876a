import { existsSync, readFileSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { Failure } from "../../model/failure.ts";
import { errorCode, publish } from "../state/disk.ts";

function unreadable(file: string, found: string, next: string, cause?: unknown): Failure {
  return new Failure(
    { code: "secrets-unreadable", attempted: "read the identity", subject: file, found, next },
    { cause },
  );
}

/**
 * Reads the age identity that opens a deployment's secrets; `undefined` when there is no such file.
 * @throws Failure `secrets-unreadable` when others may read the file, or nobody can
 */
export function readIdentity(file: string): string | undefined {
  try {
    const { mode } = statSync(file);
    if ((mode & 0o077) !== 0) {
      const found = `its mode is ${(mode & 0o777).toString(8)}: others can read what opens every secret`;
      throw unreadable(file, found, `Run: chmod 600 ${file}`);
    }
    const lines = readFileSync(file, "utf8").split("\n");
    const identity = lines.map((line) => line.trim()).find((line) => line !== "" && !line.startsWith("#"));
    if (identity === undefined) throw unreadable(file, "it is empty", "Put it back from a backup.");
    return identity;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (error instanceof Failure) throw error;
    const found = error instanceof Error ? error.message : String(error);
    throw unreadable(file, found, "Run this as the user who owns the file.", error);
  }
}

/**
 * Makes a new identity, in the format of age-keygen(1), readable by its owner alone. When another process was quicker,
 * gives that one's.
 * @throws Failure `secrets-unwritable`
 */
export async function createIdentity(file: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const identity = await generateX25519Identity();
  const lines = [
    `# created: ${new Date().toISOString()}`,
    `# public key: ${await identityToRecipient(identity)}`,
    identity,
  ];
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await publish(file, `${lines.join("\n")}\n`);
    return identity;
  } catch (error) {
    const there = existsSync(file) ? readIdentity(file) : undefined;
    if (there !== undefined) return there;
    const found = error instanceof Error ? error.message : String(error);
    const next = "Make room on the disk or give write access, then run the same command again.";
    const attempted = "write the identity";
    throw new Failure({ code: "secrets-unwritable", attempted, subject: file, found, next }, { cause: error });
  }
}
