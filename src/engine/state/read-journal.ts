import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { errorCode, type Disk } from "./disk.ts";
import { entryProblem, journalVersion, type Entry } from "./entry.ts";
import { fold } from "./fold.ts";
import type { State } from "./state.ts";

/** Where a deployment's journal is. */
export interface JournalPlace {
  readonly disk: Disk;
  /** Folder of this deployment alone. */
  readonly folder: string;
  /** Name of the deployment. */
  readonly deployment: string;
}

/** What a journal says. */
export interface JournalReading {
  readonly state: State;
  readonly entries: number;
  /** Bytes up to the end of the last whole line. */
  readonly length: number;
  /** Bytes after it: a write that a crash cut short, or one that is under way. */
  readonly torn: number;
}

/** The journal's file name in the deployment's folder. */
export const journalName = "journal.jsonl";

const newline = 0x0a;

function unreadable(file: string, found: string, next: string, cause?: unknown): Failure {
  return new Failure({ code: "state-unreadable", attempted: "read the state", subject: file, found, next }, { cause });
}

const restore = "Nothing was changed. Put back a copy of this file from a backup, or ask for help before deleting it.";

function parseLine(line: string, file: string, number: number): Entry {
  const where = `line ${String(number)}`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw unreadable(file, `${where} is not JSON`, restore, error);
  }
  const problem = entryProblem(value);
  if (problem === undefined) return value as Entry;
  throw unreadable(file, `${where} is not an entry of a journal: ${problem}`, restore);
}

function checkHeader(entry: Entry | undefined, file: string, deployment: string): void {
  if (entry?.kind !== "journal") throw unreadable(file, "line 1 does not begin a journal", restore);
  if (entry.version !== journalVersion) {
    const found = `it has format ${String(entry.version)}, this version reads format ${String(journalVersion)}`;
    throw unreadable(file, found, "Use the version of Fediversity that wrote it, or a newer one.");
  }
  if (entry.deployment !== deployment) {
    const found = `it is the journal of ${entry.deployment}, not of ${deployment}`;
    throw unreadable(file, found, "Put every deployment's journal back into the folder that has its name.");
  }
}

function checkOrder(entries: readonly Entry[], file: string): void {
  let fence = 0;
  let sequence = -1;
  for (const [index, entry] of entries.entries()) {
    if (entry.fence < fence) continue;
    // A snapshot carries the number that the journal before it had reached.
    if (entry.kind !== "snapshot" && entry.sequence !== sequence + 1) {
      const found = `line ${String(index + 1)} has number ${String(entry.sequence)}, expected ${String(sequence + 1)}`;
      throw unreadable(file, found, restore);
    }
    ({ fence, sequence } = entry);
  }
}

/**
 * Reads the journal of a deployment without changing anything; `undefined` when nothing was ever done for it.
 * What follows the last whole line is left out.
 * @throws Failure `state-unreadable`: what cannot be read is never taken for an empty state
 */
export async function readJournal(place: JournalPlace): Promise<JournalReading | undefined> {
  const file = join(place.folder, journalName);
  let bytes: Buffer | undefined;
  try {
    bytes = await place.disk.read(file);
    if (bytes === undefined && !(await place.disk.hasFolder(place.folder))) return undefined;
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const next = errorCode(error) === "EACCES" ? "Run this as the user who owns the state." : restore;
    throw unreadable(file, found, next, error);
  }
  if (bytes === undefined) {
    const next = `${restore} If nothing was ever deployed under this name, remove the empty folder ${place.folder}.`;
    throw unreadable(file, "the folder of the deployment is there, its journal is not", next);
  }
  const length = bytes.lastIndexOf(newline) + 1;
  if (length === 0) throw unreadable(file, "it holds no whole line", restore);
  const lines = bytes.toString("utf8", 0, length - 1).split("\n");
  const entries = lines.map((line, index) => parseLine(line, file, index + 1));
  checkHeader(entries[0], file, place.deployment);
  checkOrder(entries, file);
  return { state: fold(entries), entries: entries.length, length, torn: bytes.length - length };
}
