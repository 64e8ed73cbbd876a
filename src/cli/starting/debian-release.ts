import { readFile } from "node:fs/promises";
import { Failure } from "../../model/failure.ts";

/** Releases of Debian that local machines are known to run on. */
const releases = ["12", "13"];

/** Reads the variables of an os-release file: os-release(5). */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const row of text.split("\n")) {
    const [, name, quoted, bare] = /^([A-Z0-9_]+)=(?:["'](.*)["']|(.*))$/.exec(row.trim()) ?? [];
    if (name !== undefined) found.set(name, quoted ?? bare ?? "");
  }
  return found;
}

/**
 * Names the release of Debian that this computer runs.
 * @throws Failure `not-debian` when it is none that is known to work
 */
export function debianRelease(osRelease: string | undefined): string {
  const variables = parseOsRelease(osRelease ?? "");
  const version = variables.get("VERSION_ID") ?? "";
  if (variables.get("ID") === "debian" && releases.includes(version)) return `Debian ${version}`;
  const name = variables.get("PRETTY_NAME") ?? variables.get("ID");
  throw new Failure({
    code: "not-debian",
    attempted: "see whether this computer can run machines",
    found: `this is ${name ?? "not Debian"}, and machines are started by the tools of Debian ${releases.join(" or ")}`,
    next: `Use a computer with Debian ${releases.join(" or ")}, or run \`fediversity\` here for machines elsewhere.`,
  });
}

/** Reads /etc/os-release; nothing when there is none. */
export async function readOsRelease(): Promise<string | undefined> {
  try {
    return await readFile("/etc/os-release", "utf8");
  } catch {
    return undefined;
  }
}
