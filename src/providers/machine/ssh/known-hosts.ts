import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes known_hosts lines for one alias: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. Pure. */
export function knownHosts(alias: string, keys: readonly string[]): string {
  return keys.map((key) => `${alias} ${key}\n`).join("");
}

/** Reads the keys of an alias back. Pure. */
export function keysIn(text: string, alias: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${alias} `))
    .map((line) =>
      line
        .slice(alias.length + 1)
        .split(" ")
        .slice(0, 2)
        .join(" "),
    );
}

/**
 * Writes the pinned keys of a machine where ssh finds them.
 * @returns the file, whose name depends on its content, so that two runs never write different things to one
 */
export async function writeKnownHosts(folder: string, alias: string, keys: readonly string[]): Promise<string> {
  const text = knownHosts(alias, keys);
  const name = createHash("sha256")
    .update(`${alias}\n${text}\n${keys.length === 0 ? String(process.pid) : ""}`)
    .digest("hex");
  const file = join(folder, `known-${name.slice(0, 16)}`);
  await writeFile(`${file}.${String(process.pid)}`, text, { mode: 0o600 });
  await rename(`${file}.${String(process.pid)}`, file);
  return file;
}

/** The keys that ssh wrote down for an alias on a first contact. */
export async function readKnownHosts(file: string, alias: string): Promise<readonly string[]> {
  return keysIn(await readFile(file, "utf8"), alias);
}
