/** What a machine's dpkg knows. */
export interface DpkgStatus {
  /** Names of all packages with an entry, installed or not. */
  readonly known: ReadonlySet<string>;
  /** Names of the packages that are unpacked and configured. */
  readonly installed: ReadonlySet<string>;
}

/** Reads the names out of the text of `/var/lib/dpkg/status` (deb822 paragraphs; dpkg-query(1) has the states). */
export function parseDpkgStatus(text: string): DpkgStatus {
  const entries = paragraphs(text).flatMap((paragraph) => entryOf(paragraph) ?? []);
  return {
    known: new Set(entries.map(({ name }) => name)),
    installed: new Set(entries.filter(({ state }) => state === "installed").map(({ name }) => name)),
  };
}

/** A status in which every package is either installed or not. */
export interface SettledStatus {
  readonly text: string;
  /** Packages that were being installed when dpkg ended; the text says that they are not there. */
  readonly again: readonly string[];
}

/**
 * Takes out of a status what a killed dpkg left in between, because apt gives up on a machine with half a package
 * whose dependencies are missing. Packages that `available` does not name stay as they are: nobody could send them.
 */
export function settleDpkgStatus(text: string, available: ReadonlySet<string>): SettledStatus {
  const again: string[] = [];
  const kept = paragraphs(text).filter((paragraph) => {
    const entry = entryOf(paragraph);
    if (entry === undefined || !unsettled.has(entry.state) || !available.has(entry.name)) return true;
    if (entry.wish === "install" || entry.wish === "hold") again.push(entry.name);
    return false;
  });
  return { text: kept.map((paragraph) => `${paragraph.trimEnd()}\n`).join("\n"), again };
}

const unsettled: ReadonlySet<string> = new Set(["half-installed", "unpacked", "half-configured"]);

function paragraphs(text: string): readonly string[] {
  return text.split(/\n(?:[ \t]*\n)+/).filter((paragraph) => paragraph.trim() !== "");
}

function entryOf(
  paragraph: string,
): { readonly name: string; readonly wish: string; readonly state: string } | undefined {
  const name = /^Package:[ \t]*(\S+)/im.exec(paragraph)?.[1];
  if (name === undefined) return undefined;
  const status = /^Status:[ \t]*(\S+)[ \t]+\S+[ \t]+(\S+)[ \t]*$/im.exec(paragraph);
  return { name, wish: status?.[1] ?? "unknown", state: status?.[2] ?? "not-installed" };
}
