import { join } from "node:path";
import { Failure } from "../../model/failure.ts";
import { isoTime, type Clock } from "../clock.ts";
import type { AppendFile } from "./disk.ts";
import { journalVersion, type Entry, type EntryBody } from "./entry.ts";
import { fold } from "./fold.ts";
import { journalName, readJournal, type JournalPlace, type JournalReading } from "./read-journal.ts";
import { emptyState, type State } from "./state.ts";

/** A journal that a run may add to. */
export interface Journal {
  /** The state after everything that was added. */
  readonly state: State;
  /**
   * Adds entries and returns when they are safely on the disk. What is added while a write is under way goes out
   * together with the next one.
   * @throws Failure `state-unwritable`; after that nothing can be added any more. Whatever `guard` throws
   */
  append(...bodies: readonly EntryBody[]): Promise<void>;
  close(): Promise<void>;
}

/** How a journal is opened. */
export interface JournalOptions extends JournalPlace {
  /** Fencing number of the lease. */
  readonly fence: number;
  readonly clock: Clock;
  /** Called before every write; throws when the lease is lost. */
  guard(): Promise<void>;
  /** Told when something had to be mended. */
  note(text: string): void;
  /** Number of entries from which on the file is begun anew with a snapshot; large files earlier. */
  readonly compactFrom?: number | undefined;
}

interface Waiting {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function unwritable(file: string, error: unknown): Failure {
  return new Failure(
    {
      code: "state-unwritable",
      attempted: "write to the journal",
      subject: file,
      found: error instanceof Error ? error.message : String(error),
      next: "Make room on the disk or give write access, then run the same command again: it continues where it stopped.",
    },
    { cause: error },
  );
}

function line(entry: Entry): string {
  return `${JSON.stringify(entry)}\n`;
}

function header(deployment: string, fence: number, time: string): Entry {
  return { sequence: 0, time, fence, kind: "journal", version: journalVersion, deployment };
}

/** Bytes of a large journal, and the number of entries from which on it is worth beginning it anew. */
const large = { bytes: 2 * 1024 * 1024, entries: 100 };

function isLong(reading: JournalReading, compactFrom = 1000): boolean {
  return reading.entries >= compactFrom || (reading.length >= large.bytes && reading.entries >= large.entries);
}

async function compact(options: JournalOptions, reading: JournalReading): Promise<JournalReading> {
  const { state } = reading;
  const time = isoTime(options.clock());
  const snapshot: Entry = { sequence: state.sequence, time, fence: options.fence, kind: "snapshot", state };
  const text = line(header(options.deployment, options.fence, time)) + line(snapshot);
  await options.guard();
  await options.disk.replace(join(options.folder, journalName), text);
  return { state, entries: 2, length: Buffer.byteLength(text), torn: 0 };
}

/**
 * Opens the journal of a deployment for a run that holds the lease. Nothing is written before the first entry, except
 * that a line which a crash cut short is cut off, with a note.
 * @throws Failure `state-unreadable`
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const file = join(options.folder, journalName);
  let reading = await readJournal(options);
  if (reading !== undefined && reading.torn > 0) {
    options.note(`the last line of ${file} was cut short by a crash (${String(reading.torn)} bytes): it was left out`);
  }
  try {
    if (reading !== undefined && isLong(reading, options.compactFrom)) reading = await compact(options, reading);
  } catch (error) {
    throw error instanceof Failure ? error : unwritable(file, error);
  }
  let state = reading?.state ?? emptyState;
  let length = reading?.length;
  let opened: AppendFile | undefined;
  let waiting: Waiting[] = [];
  let writing: Promise<void> | undefined;
  let broken: Error | undefined;

  const write = async (text: string): Promise<void> => {
    await options.guard();
    try {
      if (length === undefined) {
        await options.disk.establish(options.folder, journalName, text);
        length = Buffer.byteLength(text);
        return;
      }
      opened ??= await options.disk.openAppend(file, length);
      await opened.append(text);
    } catch (error) {
      throw unwritable(file, error);
    }
  };

  const drain = async (): Promise<void> => {
    // What is added in the same turn goes out in the same write.
    await Promise.resolve();
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        if (broken !== undefined) throw broken;
        await write(batch.map((item) => item.text).join(""));
        for (const item of batch) item.resolve();
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        for (const item of batch) item.reject(error);
      }
    }
    writing = undefined;
  };

  return {
    get state() {
      return state;
    },
    append(...bodies) {
      const time = isoTime(options.clock());
      const { fence } = options;
      const first = length === undefined && state === emptyState ? [header(options.deployment, fence, time)] : [];
      const stamped = bodies.map((body, index): Entry => ({
        ...body,
        sequence: state.sequence + 1 + index,
        time,
        fence,
      }));
      state = fold([...first, ...stamped], state);
      return new Promise((resolve, reject) => {
        waiting.push({ text: [...first, ...stamped].map(line).join(""), resolve, reject });
        writing ??= drain();
      });
    },
    async close() {
      await writing;
      await opened?.close();
    },
  };
}
