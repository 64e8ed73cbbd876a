import { createHash, randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../../../model/failure.ts";
import { complaints } from "./apt-failure.ts";
import { runApt, type AptRoot } from "./apt-root.ts";
import { parsePrintedUris, type ArchiveFile } from "./archive-file.ts";
import { parseDpkgStatus, settleDpkgStatus } from "./dpkg-status.ts";
import { archivePackages, askProviders, unknownPackages } from "./known-packages.ts";
import { withLock } from "./with-lock.ts";

/** A question to apt: which files would these packages need on a machine with this status. */
export interface Question {
  readonly root: AptRoot;
  /** Which state of the root's lists is asked; see `Lists`. */
  readonly time: number;
  readonly names: readonly string[];
  readonly status: Buffer;
}

/** Answers of this process; machines with the same status get the same one. */
const answers = new Map<string, Promise<readonly ArchiveFile[]>>();

/**
 * Gives the files that must be transferred so that the packages can be installed: they and their dependencies as far
 * as missing on the machine, nothing recommended, nothing upgraded that need not be, nothing removed. Nothing of the
 * network is used. Machines with the same status share one answer, so it cannot be aborted; it takes about a second.
 * @throws Failure `package-unknown`, `package-virtual`; `packages-unsatisfiable` with apt's own words
 */
export function findFiles(question: Question): Promise<readonly ArchiveFile[]> {
  const names = [...new Set(question.names)].sort();
  const status = createHash("sha256").update(question.status).digest("hex");
  const key = JSON.stringify([question.root.folder, question.time, status, names]);
  const before = answers.get(key);
  if (before !== undefined) return before;
  const answer = withLock(question.root.lock, "shared", () => ask({ ...question, names }));
  if (answers.size >= 64) answers.clear();
  answers.set(key, answer);
  answer.catch(() => answers.delete(key));
  return answer;
}

async function ask({ root, time, names, status }: Question): Promise<readonly ArchiveFile[]> {
  const archive = await archivePackages(root, time);
  const text = status.toString("utf8");
  const { installed } = parseDpkgStatus(text);
  const unknown = names.filter((name) => !archive.has(name) && !installed.has(name));
  // apt would take what is no package for a pattern, a task or, with a dash at its end, a wish to remove.
  if (unknown.length > 0) throw unknownPackages(unknown, archive, await askProviders(root, unknown), root.suite);
  const file = join(root.statuses, randomUUID());
  const settled = settleDpkgStatus(text, archive);
  await writeFile(file, settled.text);
  try {
    const result = await runApt(root, "apt-get", installArguments([...new Set([...names, ...settled.again])]), {
      status: file,
    });
    if (result.code === 0) return parsePrintedUris(result.stdout);
    throw unsatisfiable(result.stdout + result.stderr, names);
  } finally {
    await rm(file, { force: true });
  }
}

/** What apt is asked. */
function installArguments(names: readonly string[]): readonly string[] {
  const wishes = ["--no-install-recommends", "--no-remove", "--no-upgrade"];
  return ["install", "--print-uris", "--yes", "--quiet=1", ...wishes, "--", ...names];
}

function unsatisfiable(words: string, names: readonly string[]): Failure {
  const removal = /Packages need to be removed but remove is disabled/.test(words);
  const said = words.split("\n").filter((line) => line.trim() !== "" && !/^(?:Reading|Building|'|W:)/.test(line));
  // Before it stands a paragraph that is the same each time.
  const lines = said.slice(Math.max(0, said.indexOf("The following packages have unmet dependencies:")));
  return new Failure({
    code: "packages-unsatisfiable",
    attempted: `find what ${names.join(", ")} need${names.length === 1 ? "s" : ""} on the machine`,
    found: removal
      ? "installing it would remove packages that the machine has"
      : "apt finds no way to satisfy the dependencies on this machine",
    next: "Read apt's words below. Packages of the administrator's own that are in the way have to go first, by hand.",
    details: lines.length === 0 ? complaints(words) : lines.slice(-40),
  });
}
