import { createHash } from "node:crypto";
import { readFile, rm, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "../../../model/failure.ts";
import { run } from "../../process/run.ts";
import { archiveFailure } from "./apt-failure.ts";
import { aptEnvironment, aptOptions, makeAptRoot, type AptRoot } from "./apt-root.ts";
import { partsOf, renderSources } from "./apt-sources.ts";
import { findCandidates, findKeyring, probeMirrors } from "./find-mirrors.ts";
import { requireRoom } from "./disk-room.ts";
import { withLock } from "./with-lock.ts";
import { writeAtomically } from "./write-atomically.ts";

/** What is known of a root's lists. */
export interface Lists {
  /** When the archive was last asked, in milliseconds since 1970; also tells one state of the lists from another. */
  readonly time: number;
}

const Note = z.object({ time: z.number(), sources: z.string() });
const NoteText = z.preprocess((text, context) => {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    context.addIssue("no JSON");
    return z.NEVER;
  }
}, Note);

/** Bytes for the lists of a release, compressed and not, apt's cache of them, and the old ones beside the new. */
const listsRoom = 250_000_000;
/** Milliseconds for which an archive that did not answer is not asked again by this process. */
const silence = 60_000;
const silentSince = new Map<string, number>();

/** How the lists are brought up to date. */
export interface RefreshOptions {
  readonly root: AptRoot;
  /** Milliseconds that lists stay good for. */
  readonly age: number;
  readonly mirrors?: readonly string[] | undefined;
  readonly report: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => number;
}

/**
 * Makes sure that a root's lists are there and not older than `age`, asking the archive only then. Old lists are good
 * enough when the archive cannot be reached.
 * @throws Failure `archive-unreachable` without lists at hand; `archive-signature`, `archive-stale`, `disk-full`,
 *   `archive-failed`, `mirror-unknown`, `keyring-missing`, `lock-unavailable`
 */
export async function refreshLists(options: RefreshOptions): Promise<Lists> {
  const { root, mirrors, now, age, report, signal } = options;
  const [keyring, asked] = await Promise.all([findKeyring(), findCandidates(root.suite, mirrors)]);
  const sources = createHash("sha256")
    .update(JSON.stringify([asked, keyring]))
    .digest("hex");
  const good = (note: z.infer<typeof Note> | undefined): boolean =>
    note !== undefined && note.sources === sources && now() - note.time <= age && note.time <= now();

  const seen = await readNote(root);
  if (seen !== undefined && good(seen)) return seen;
  await makeAptRoot(root);
  return withLock(
    root.lock,
    "exclusive",
    async () => {
      const current = await readNote(root);
      // Another process may have done it while this one waited; what it did since this call began is fresh enough.
      if (
        current !== undefined &&
        (good(current) || (current.sources === sources && current.time > (seen?.time ?? 0)))
      ) {
        return current;
      }
      const usable = current !== undefined && current.sources === sources;
      if (usable && now() - (silentSince.get(root.folder) ?? Number.NEGATIVE_INFINITY) < silence) return current;
      report(`asking the Debian archive for its list of packages (${root.suite}, ${root.architecture})`);
      await rm(root.statuses, { recursive: true, force: true });
      await mkdir(root.statuses);
      await requireRoom(root.folder, listsRoom, "bring the list of Debian packages up to date");
      try {
        const repositories = await probeMirrors(asked, root.suite, root.statuses, signal);
        const lacking = partsOf(root.suite).filter((part) => !repositories.some(({ suite }) => suite === part));
        if (lacking.length > 0)
          report(`this computer's apt knows no mirror of ${lacking.join(" and ")}: going on without`);
        await writeAtomically(root.sources, renderSources(repositories, root.architecture, keyring));
        await update(root, signal);
      } catch (error) {
        if (!(error instanceof Failure) || error.code !== "archive-unreachable" || !usable) throw error;
        silentSince.set(root.folder, now());
        report("the Debian archive does not answer; using the list of packages at hand");
        return current;
      }
      const time = now();
      await writeAtomically(notePath(root), JSON.stringify({ time, sources }));
      return { time };
    },
    signal,
  );
}

async function update(root: AptRoot, signal: AbortSignal | undefined): Promise<void> {
  // An apt-get that outlived its deployer holds this lock until it is done; apt itself would fail instead of waiting.
  const command = ["--exclusive", "--no-fork", `${root.lock}.update`, "apt-get", ...aptOptions(root), "update"];
  const result = await run("flock", command, { env: aptEnvironment(), signal });
  if (result.code !== 0) {
    throw archiveFailure(result.stdout + result.stderr, "bring the list of Debian packages up to date");
  }
}

function notePath(root: AptRoot): string {
  return join(root.folder, "updated.json");
}

/** A note that is missing or cannot be read only means that the archive must be asked. */
async function readNote(root: AptRoot): Promise<z.infer<typeof Note> | undefined> {
  const text = await readFile(notePath(root), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const parsed = NoteText.safeParse(text);
  return parsed.success ? parsed.data : undefined;
}
