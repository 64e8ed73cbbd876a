import { createHash, randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../model/failure.ts";

// Not the process id, which a later process may have again.
const thisProcess = randomBytes(8).toString("hex");

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
  const file = join(folder, `known-${createHash("sha256").update(text).digest("hex").slice(0, 16)}`);
  // Several components and verbs of one process may write it at the same time.
  const whole = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(whole, text, { mode: 0o600 });
  await rename(whole, file);
  return file;
}

/**
 * Names the file in which ssh writes down the key of a machine at its first contact. It is this process's own, so that
 * what was planned with is what is applied to; and that machine's alone, since components of several deployments that one
 * process works on may be called the same.
 */
export function firstContactFile(
  folder: string,
  machine: { readonly deployment: string; readonly component: string; readonly address: string },
): string {
  const { deployment, component, address } = machine;
  const hash = createHash("sha256")
    .update(JSON.stringify([deployment, component, address]))
    .digest("hex");
  return join(folder, `first-${hash.slice(0, 16)}.${thisProcess}`);
}

/** The keys that ssh wrote down for an alias on a first contact. */
export async function readKnownHosts(file: string, alias: string): Promise<readonly string[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const keys = keysIn(text, alias);
  if (keys.length > 0) return keys;
  throw new Failure({
    code: "host-key-unwritten",
    attempted: "pin the host key of a first contact",
    subject: alias,
    found: `ssh wrote no key into ${file}`,
    next: "Look into ssh_config on this computer for settings about known hosts, or give hostKeys in the environment.",
  });
}
