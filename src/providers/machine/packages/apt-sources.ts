import type { Suite } from "./apt-root.ts";

/** A suite of a repository: what a line of apt's sources stands for. */
export interface Repository {
  readonly uri: string;
  readonly suite: string;
}

/**
 * Reads the repositories that a computer's apt is set up to use from `apt-get update --print-uris`, which needs neither
 * lists nor root rights: lines like `'URI/dists/SUITE/InRelease' name 0` (apt-get(8)). Flat repositories have no suites
 * and are left out.
 */
export function parseRepositories(text: string): readonly Repository[] {
  return text.split("\n").flatMap((line) => {
    const match = /^'(\S+?)\/dists\/(\S+)\/InRelease' /.exec(line);
    return match === null ? [] : [{ uri: match[1] ?? "", suite: match[2] ?? "" }];
  });
}

/** The parts of the archive that a machine of a release gets its packages from. */
export function partsOf(suite: Suite): readonly string[] {
  return [suite, `${suite}-updates`, `${suite}-security`];
}

/**
 * Says where each part of the archive may be found, going by what the computer uses for its own release: a mirror
 * named for one `…-security` suite may have the other, and so on. Suites no Debian release could have are left out.
 */
export function candidates(repositories: readonly Repository[], suite: Suite): readonly Repository[] {
  const found = repositories.flatMap(({ uri, suite: theirs }) => {
    const role = /^[a-z]+(-updates|-security)?$/.exec(theirs);
    return role === null ? [] : [{ uri, suite: `${suite}${role[1] ?? ""}` }];
  });
  // Whoever has a release has its updates too; not every computer uses them.
  const updates = found.filter((one) => one.suite === suite).map(({ uri }) => ({ uri, suite: `${suite}-updates` }));
  const seen = new Set<string>();
  return [...found, ...updates].filter(({ uri, suite: part }) => {
    const key = `${part} ${uri}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** What the head of an (In)Release file says of itself; true only once its signature is checked. */
export function parseRelease(text: string): { readonly origin?: string; readonly codename?: string } {
  const origin = /^Origin:[ \t]*(\S.*?)[ \t\r]*$/m.exec(text)?.[1];
  const codename = /^Codename:[ \t]*(\S+)[ \t\r]*$/m.exec(text)?.[1];
  return { ...(origin === undefined ? {} : { origin }), ...(codename === undefined ? {} : { codename }) };
}

/** Renders sources in deb822 style (sources.list(5)): packages of one architecture, signed by one keyring. */
export function renderSources(repositories: readonly Repository[], architecture: string, keyring: string): string {
  return repositories
    .map(({ uri, suite }) =>
      [
        "Types: deb",
        `URIs: ${uri}`,
        `Suites: ${suite}`,
        "Components: main",
        `Architectures: ${architecture}`,
        "Targets: Packages",
        `Signed-By: ${keyring}`,
        "",
      ].join("\n"),
    )
    .join("\n");
}
