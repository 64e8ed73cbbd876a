/** What a machine's dpkg knows. */
export interface DpkgStatus {
  /** Names of all packages with an entry, installed or not. */
  readonly known: ReadonlySet<string>;
  /** Names of the packages that are unpacked and configured. */
  readonly installed: ReadonlySet<string>;
}

/**
 * Reads the names out of the text of `/var/lib/dpkg/status` (deb822 paragraphs; dpkg-query(1) has the states). The files
 * of `/var/lib/dpkg/updates` may follow it, each after an empty line: what a killed dpkg could not write into the status
 * any more. Of several entries for a package the last is true.
 */
export function parseDpkgStatus(text: string): DpkgStatus {
  const entries = parseEntries(text);
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
  const kept = parseEntries(text).filter(({ name, wish, state }) => {
    if (!unsettled.has(state) || !available.has(name)) return state !== "not-installed";
    if (wish === "install" || wish === "hold") again.push(name);
    return false;
  });
  return { text: kept.map(({ paragraph }) => `${paragraph}\n`).join("\n"), again };
}

const unsettled: ReadonlySet<string> = new Set(["half-installed", "unpacked", "half-configured"]);

interface Entry {
  readonly paragraph: string;
  readonly name: string;
  /** What is to become of it, such as `install` or `deinstall`. */
  readonly wish: string;
  readonly state: string;
}

function parseEntries(text: string): readonly Entry[] {
  const byPackage = new Map<string, Map<string, Entry>>();
  for (const paragraph of text.split(/\n(?:[ \t]*\n)+/)) {
    const name = /^Package:[ \t]*(\S+)/im.exec(paragraph)?.[1];
    if (name === undefined) continue;
    const status = /^Status:[ \t]*(\S+)[ \t]+\S+[ \t]+(\S+)[ \t]*$/im.exec(paragraph);
    const architecture = /^Architecture:[ \t]*(\S+)/im.exec(paragraph)?.[1];
    const entry = {
      paragraph: paragraph.trim(),
      name,
      wish: status?.[1] ?? "unknown",
      state: status?.[2] ?? "not-installed",
    };
    // An entry that lost its architecture stands for a package that is gone, in whichever it was.
    const before = architecture === undefined ? undefined : byPackage.get(name);
    byPackage.set(name, new Map([...(before ?? []), [architecture ?? "", entry]]));
  }
  return [...byPackage.values()].flatMap((entries) => [...entries.values()]);
}
