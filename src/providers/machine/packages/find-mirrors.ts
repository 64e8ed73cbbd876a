import { access, mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../model/failure.ts";
import { run, type RunResult } from "../../process/run.ts";
import { archiveFailure } from "./apt-failure.ts";
import { aptEnvironment, type Suite } from "./apt-root.ts";
import { candidates, parseRelease, parseRepositories, partsOf, type Repository } from "./apt-sources.ts";

/** Part of the Debian package apt; fetches by apt's own methods and settings. */
export const aptHelper = "/usr/lib/apt/apt-helper";

/**
 * Finds the keyring of Debian's archive on this computer (Debian package debian-archive-keyring; apt depends on it).
 * @throws Failure `keyring-missing`
 */
export async function findKeyring(): Promise<string> {
  const places = ["pgp", "gpg"].map((ending) => `/usr/share/keyrings/debian-archive-keyring.${ending}`);
  for (const place of places) {
    const found = await access(place).then(
      () => true,
      () => false,
    );
    if (found) return place;
  }
  throw new Failure({
    code: "keyring-missing",
    attempted: "find the keys that the Debian archive is signed with",
    found: `there is neither ${places.join(" nor ")}`,
    next: "Install the Debian package debian-archive-keyring on this computer.",
  });
}

/**
 * Gives where a part of the archive may be: at the given mirrors, or at those that this computer's apt uses. No network.
 * @throws Failure `mirror-unknown` when there is none
 */
export async function findCandidates(suite: Suite, mirrors?: readonly string[]): Promise<readonly Repository[]> {
  if (mirrors !== undefined) return mirrors.flatMap((uri) => partsOf(suite).map((part) => ({ uri, suite: part })));
  const { stdout, stderr } = await askSources();
  const found = candidates(parseRepositories(stdout), suite);
  if (found.some((one) => one.suite === suite)) return found;
  throw mirrorUnknown(
    suite,
    stderr.split("\n").filter((line) => line !== ""),
  );
}

let asking: Promise<RunResult> | undefined;

/** Machines that are looked at together ask together. */
function askSources(): Promise<RunResult> {
  asking ??= run("apt-get", ["update", "--print-uris"], { env: aptEnvironment() }).finally(() => {
    asking = undefined;
  });
  return asking;
}

/**
 * Asks each candidate for the index of its part and gives those that are Debian's, the first for each part.
 * Whether Debian signed it is for apt to say; here only other vendors' archives are told apart.
 * @throws Failure `mirror-unknown`, or what {@link archiveFailure} makes of apt's words when nobody could be asked
 */
export async function probeMirrors(
  asked: readonly Repository[],
  suite: Suite,
  folder: string,
  signal?: AbortSignal,
): Promise<readonly Repository[]> {
  const temporary = await mkdtemp(join(folder, "probe-"));
  try {
    const answers = await Promise.all(asked.map((one, index) => probe(one, join(temporary, String(index)), signal)));
    const found = partsOf(suite).flatMap((part) => {
      const first = answers.find((answer) => answer.repository.suite === part && answer.debian);
      return first === undefined ? [] : [first.repository];
    });
    const silent = answers.filter(
      ({ repository, silence }) => silence !== undefined && !found.some((one) => one.suite === repository.suite),
    );
    if (silent.length > 0) {
      const words = silent.map(({ silence }) => silence ?? "").join("\n");
      const subject = [...new Set(silent.map(({ repository }) => repository.uri))].join(", ");
      throw archiveFailure(
        words,
        `ask for the index of ${silent.map(({ repository }) => repository.suite).join(", ")}`,
        subject,
      );
    }
    if (!found.some((one) => one.suite === suite))
      throw mirrorUnknown(
        suite,
        asked.map(({ uri }) => uri),
      );
    return found;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

interface Answer {
  readonly repository: Repository;
  readonly debian: boolean;
  /** apt's words when there was no answer at all. */
  readonly silence?: string;
}

async function probe(repository: Repository, file: string, signal?: AbortSignal): Promise<Answer> {
  const address = `${repository.uri.replace(/\/+$/, "")}/dists/${repository.suite}/InRelease`;
  const result = await run(aptHelper, ["download-file", address, file], { env: aptEnvironment(), signal });
  if (result.code !== 0) {
    const words = result.stdout + result.stderr;
    const absent = / (?:401|403|404|410) {2}|File not found|stat \(2:/.test(words);
    return { repository, debian: false, ...(absent ? {} : { silence: words }) };
  }
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
    const release = parseRelease(buffer.subarray(0, bytesRead).toString("utf8"));
    return { repository, debian: release.origin === "Debian" && release.codename === repository.suite };
  } finally {
    await handle.close();
  }
}

function mirrorUnknown(suite: Suite, details: readonly string[]): Failure {
  return new Failure({
    code: "mirror-unknown",
    attempted: `find a mirror of Debian ${suite}`,
    found: "no repository that this computer's apt uses is a mirror of the Debian archive",
    next: "Name a mirror of Debian in this computer's /etc/apt/sources.list.d, or in the configuration of the provider.",
    details,
  });
}
