/** What a machine's dpkg knows. */
export interface DpkgStatus {
  /** Names of all packages with an entry, installed or not. */
  readonly known: ReadonlySet<string>;
  /** Names of the packages that are unpacked and configured. */
  readonly installed: ReadonlySet<string>;
}

/** Reads the names out of the text of `/var/lib/dpkg/status` (deb822 paragraphs; dpkg-query(1) has the states). */
export function parseDpkgStatus(text: string): DpkgStatus {
  const known = new Set<string>();
  const installed = new Set<string>();
  for (const paragraph of text.split(/\n(?:[ \t]*\n)+/)) {
    const name = /^Package:[ \t]*(\S+)/im.exec(paragraph)?.[1];
    if (name === undefined) continue;
    known.add(name);
    if (/^Status:[ \t]*\S+[ \t]+\S+[ \t]+installed[ \t]*$/im.test(paragraph)) installed.add(name);
  }
  return { known, installed };
}
