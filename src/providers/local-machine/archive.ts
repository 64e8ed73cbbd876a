import { Failure } from "../../model/failure.ts";
import { runOk } from "../process/run.ts";

/** One Debian repository that a machine's packages come from. */
export interface Repository {
  /** Base address with a slash at its end, as the computer's own sources name it. */
  readonly uri: string;
  readonly suite: string;
}

/** Where this computer takes Debian packages from, applied to another release. */
export interface Archive {
  readonly repositories: readonly Repository[];
  /** Settings of apt that reaching the archive depends on, each as one statement without its semicolon. */
  readonly settings: readonly string[];
}

/** The `--format` for `apt-get indextargets` that {@link parseRepositories} reads. */
const indexTargetsFormat = "$(REPO_URI)|$(RELEASE)|$(ORIGIN)|$(COMPONENT)|$(CREATED_BY)";

// The suites of one Debian release that machines use, by what follows the release's name (sources.list(5)).
const wantedSuffixes: readonly string[] = ["", "-updates", "-security"];

/**
 * Finds the Debian repositories among the index targets of this computer's apt and names them for another release:
 * `bookworm-security` becomes `trixie-security` at the same address. A repository is Debian's when its Release file
 * says so; where lists were never fetched apt leaves `$(ORIGIN)` as it is, and the address has to tell.
 * @param text the answer of `apt-get indextargets --format` {@link indexTargetsFormat}
 */
export function parseRepositories(text: string, release: string): Repository[] {
  const targets = text
    .split("\n")
    .map((line) => line.split("|"))
    .filter((fields) => fields[3] === "main" && fields[4] === "Packages")
    .map(([uri = "", suite = "", origin = ""]) => ({ uri, suffix: /-[a-z-]+$/.exec(suite)?.[0] ?? "", origin }))
    .filter(({ uri, origin }) =>
      origin.startsWith("$(") ? /\/debian(-security)?(\/|$)/.test(uri) : origin === "Debian",
    );
  const found = wantedSuffixes.flatMap((suffix) =>
    targets.filter((target) => target.suffix === suffix).map(({ uri }) => ({ uri, suite: `${release}${suffix}` })),
  );
  return found.filter(
    (repository, index) =>
      index === found.findIndex((other) => other.uri === repository.uri && other.suite === repository.suite),
  );
}

/**
 * Keeps of `apt-config dump` what decides whether and how an archive is reached: proxies, certificates, checks of
 * dates, retries (apt.conf(5), the Acquire group).
 */
export function parseSettings(dump: string): string[] {
  return dump
    .split("\n")
    .filter((line) => /^Acquire::(http|https|Check-|Max-ValidTime|Min-ValidTime|Retries|ForceIPv|By-Hash)/i.test(line))
    .filter((line) => !line.endsWith(' "";'))
    .map((line) => line.replace(/;$/, ""));
}

/**
 * Reads from this computer's apt where Debian packages of a release come from.
 * @throws Failure `no-archive` when apt knows no Debian repository, `command-missing` when there is no apt
 */
export async function readArchive(release: string, signal?: AbortSignal): Promise<Archive> {
  const ask = async (...more: string[]): Promise<Repository[]> =>
    parseRepositories(
      await runOk("apt-get", ["indextargets", "--format", indexTargetsFormat, ...more], { signal }),
      release,
    );
  const known = await ask();
  const repositories = known.length > 0 ? known : await ask("--no-release-info");
  if (repositories.length === 0) {
    throw new Failure({
      code: "no-archive",
      attempted: `find out where packages of Debian ${release} come from`,
      found: "apt on this computer has no Debian repository among its sources",
      next: "Name a Debian archive in /etc/apt/sources.list.d; `apt-get indextargets` must list it.",
    });
  }
  return { repositories, settings: parseSettings(await runOk("apt-config", ["dump"], { signal })) };
}
