import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run, type RunResult } from "../../process/run.ts";
import { writeAtomically } from "./write-atomically.ts";

/** Releases of Debian that machines may run. */
export type Suite = "trixie";

/**
 * A root of apt's own beside the computer's: its lists, caches and sources are private, its settings for the network
 * (proxies, retries, dates) are the computer's. Needs no root rights.
 */
export interface AptRoot {
  readonly suite: Suite;
  /** Debian's name of the machine's architecture, such as `amd64`. */
  readonly architecture: string;
  readonly folder: string;
  /** deb822-style sources, written by {@link writeSources}. */
  readonly sources: string;
  /** Held exclusively to change the lists, shared to read them. */
  readonly lock: string;
  /** Where the status files of machines lie while apt reads them. */
  readonly statuses: string;
  /** Settings that only a file can hold. */
  readonly settings: string;
}

/** Gives the places of the root for a suite and an architecture under a cache folder; touches nothing. */
export function aptRoot(cache: string, suite: Suite, architecture: string): AptRoot {
  const folder = join(cache, "apt", `${suite}-${architecture}`);
  return {
    suite,
    architecture,
    folder,
    sources: join(folder, "etc", "fediversity.sources"),
    lock: join(folder, "lock"),
    statuses: join(folder, "statuses"),
    settings: join(folder, "etc", "fediversity.conf"),
  };
}

/**
 * The settings that end what the computer's apt.conf says beyond the network: hooks, pins by release, architectures,
 * external solvers. `#clear` exists in files only, and a file given with `-c` is read last (apt.conf(5)).
 */
export function aptSettings(architecture: string): string {
  const cleared = [
    "APT::Architectures",
    "APT::Default-Release",
    "APT::Install-Recommends-Sections",
    "APT::Solver",
    "APT::Update::Pre-Invoke",
    "APT::Update::Post-Invoke",
    "APT::Update::Post-Invoke-Success",
    "DPkg::Pre-Invoke",
    "DPkg::Post-Invoke",
    "DPkg::Pre-Install-Pkgs",
  ];
  return [
    ...cleared.map((name) => `#clear ${name};`),
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    "",
  ].join("\n");
}

/** The options that make any of apt's commands work in the root. */
export function aptOptions(root: AptRoot, status?: string | undefined): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    "Dir::State": root.folder,
    "Dir::State::lists": "lists",
    "Dir::State::status": status ?? "/dev/null",
    "Dir::State::extended_states": "extended_states",
    "Dir::Cache": join(root.folder, "cache"),
    // Always empty, so that apt names every file, those we have as well.
    "Dir::Cache::archives": "archives",
    "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
    // It would hold the machine's status too and be written anew for each machine.
    "Dir::Cache::pkgcache": "",
    "Dir::Etc": join(root.folder, "etc"),
    "Dir::Etc::sourcelist": "fediversity.sources",
    "Dir::Etc::sourceparts": "empty",
    "Dir::Etc::preferences": "preferences",
    "Dir::Etc::preferencesparts": "empty",
    "Dir::Etc::trusted": "trusted.gpg",
    "Dir::Etc::trustedparts": "empty",
    "Acquire::GzipIndexes": "false",
    "Acquire::Languages": "none",
    "Acquire::ForceHash": "SHA256",
    "APT::Update::Error-Mode": "any",
    "APT::Install-Recommends": "false",
    "APT::Install-Suggests": "false",
    "APT::Get::AllowUnauthenticated": "false",
    "Acquire::AllowInsecureRepositories": "false",
    "Acquire::AllowDowngradeToInsecureRepositories": "false",
    "Acquire::AllowWeakRepositories": "false",
  };
  return ["-c", root.settings, ...Object.entries(values).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

/** Makes the folders and the settings file of the root; nothing happens when they are there. */
export async function makeAptRoot(root: AptRoot): Promise<void> {
  const folders = ["etc/empty", "lists/partial", "cache/archives/partial", "statuses"];
  for (const folder of folders) await mkdir(join(root.folder, folder), { recursive: true });
  await writeAtomically(root.settings, aptSettings(root.architecture));
}

/** apt's own words have to be English to be understood; it takes proxies from the rest of the environment. */
export function aptEnvironment(): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(LC_|LANG)/.test(entry[0]),
  );
  return { ...Object.fromEntries(inherited), LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" };
}

/** Runs one of apt's commands in the root and gives what it printed, whatever its exit code. */
export function runApt(
  root: AptRoot,
  command: "apt-get" | "apt-cache",
  args: readonly string[],
  options: {
    readonly status?: string;
    readonly signal?: AbortSignal | undefined;
    readonly onLine?: (line: string) => void;
  } = {},
): Promise<RunResult> {
  return run(command, [...aptOptions(root, options.status), ...args], {
    env: aptEnvironment(),
    signal: options.signal,
    onLine: options.onLine,
  });
}
