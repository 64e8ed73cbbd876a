import { mkdir, readdir, readFile, rename, rm, stat, truncate, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setInterval } from "node:timers";
import { z } from "zod";
import { Failure } from "../../model/failure.ts";
import { beside, errorCode, publish, writeNew } from "./disk.ts";
import { Holder, nameOf, thisProcess, vitality } from "./holder.ts";

/** The right of one run to change one deployment. */
export interface Lease {
  /** Greater than that of every lease before. */
  readonly fence: number;
  /**
   * @throws Failure `lease-lost` when another run has taken over
   */
  check(): Promise<void>;
  /** Gives it back. */
  release(): Promise<void>;
}

/** Where leases of one deployment come from. */
export interface Leases {
  /**
   * Takes the lease, with a fencing number above the one given (the state's last). The lease of a process which ended
   * without giving it back is taken over, with a note.
   * @throws Failure `lease-held` naming who holds it, from where and since when, `state-unwritable`
   */
  take(above: number, note: (text: string) => void): Promise<Lease>;
  /**
   * Looks whether it could be taken, without changing anything.
   * @throws Failure `lease-held`
   */
  look(): Promise<void>;
}

/** How leases are kept. */
export interface LeaseOptions {
  /** Folder for the leases of this deployment alone. */
  readonly folder: string;
  /** Name of the deployment. */
  readonly deployment: string;
  /** Milliseconds between two signs of life. */
  readonly heartbeat?: number | undefined;
  /** Milliseconds without a sign of life after which a holder on another computer counts as dead. */
  readonly expiry?: number | undefined;
  /** Writes a new file durably; tests pass one that fails. */
  readonly write?: typeof writeNew | undefined;
}

const Content = z.object({ holder: Holder, since: z.string(), released: z.boolean() });
type Content = z.infer<typeof Content>;

interface Found {
  readonly fence: number;
  /** `undefined` when it cannot be read: a crash of the whole computer can leave an empty file. */
  readonly content: Content | undefined;
  /** Milliseconds since 1970 of the last sign of life. */
  readonly beat: number;
}

async function fences(folder: string): Promise<readonly number[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => /^\d+$/.test(name)).map(Number);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

function parse(text: string): Content | undefined {
  try {
    return Content.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function newest(folder: string): Promise<Found | undefined> {
  const fence = Math.max(0, ...(await fences(folder)));
  if (fence === 0) return undefined;
  const file = join(folder, String(fence));
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, "utf8"), stat(file)]);
    return { fence, content: parse(text), beat: mtimeMs };
  } catch (error) {
    // Cleared away by one that has taken it over in the meantime.
    if (errorCode(error) === "ENOENT") return newest(folder);
    throw error;
  }
}

function isHeld(found: Found, self: Holder, expiry: number): boolean {
  if (found.content?.released === true) return false;
  const expired = Date.now() - found.beat > expiry;
  if (found.content === undefined) return !expired;
  const life = vitality(found.content.holder, self);
  return life === "alive" || (life === "unknown" && !expired);
}

function held(deployment: string, found: Found): Failure {
  const { content } = found;
  return new Failure({
    code: "lease-held",
    attempted: `change ${deployment}`,
    subject: deployment,
    found:
      content === undefined
        ? "another run has just begun to change it"
        : `it is being changed by ${nameOf(content.holder)}, since ${content.since}`,
    next: "Wait until that run has ended, or end it, then try again.",
  });
}

function lost(deployment: string): Failure {
  return new Failure({
    code: "lease-lost",
    attempted: `change ${deployment}`,
    subject: deployment,
    found: "another run has taken over because this one gave no sign of life for too long",
    next: "Wait until that run has ended, then run the same command again.",
  });
}

async function usable<Result>(folder: string, body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof Failure || errorCode(error) === undefined) throw error;
    throw new Failure(
      {
        code: "state-unwritable",
        attempted: "take the lease",
        subject: folder,
        found: error instanceof Error ? error.message : String(error),
        next: "Make room on the disk or give write access, then run the same command again.",
      },
      { cause: error },
    );
  }
}

function keep(options: LeaseOptions, fence: number, content: Content): Lease {
  const file = join(options.folder, String(fence));
  const beat = setInterval(() => {
    const now = new Date();
    // Whether it is still ours is looked at before every write to the journal.
    utimes(file, now, now).catch(() => undefined);
  }, options.heartbeat ?? 10_000);
  beat.unref();
  return {
    fence,
    async check() {
      const all = await fences(options.folder);
      if (!all.includes(fence) || all.some((other) => other > fence)) throw lost(options.deployment);
    },
    async release() {
      clearInterval(beat);
      const draft = beside(file);
      try {
        await (options.write ?? writeNew)(draft, JSON.stringify({ ...content, released: true }));
        await rename(draft, file);
      } catch {
        // On a full disk: an empty lease that expired long ago takes no room and binds nobody.
        await rm(draft, { force: true });
        await truncate(file);
        await utimes(file, 0, 0);
      }
    },
  };
}

/**
 * Keeps the leases of one deployment as numbered files: the highest number is the lease that counts, and a new one is
 * made by link(2), which lets exactly one of several processes through. The number is the fencing number.
 */
export function leases(options: LeaseOptions): Leases {
  const { folder, deployment, expiry = 60_000 } = options;
  const take = async (above: number, note: (text: string) => void): Promise<Lease> => {
    const self = thisProcess();
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const before = await newest(folder);
    if (before !== undefined && isHeld(before, self, expiry)) throw held(deployment, before);
    const fence = Math.max(above, before?.fence ?? 0) + 1;
    const content: Content = { holder: self, since: new Date().toISOString(), released: false };
    try {
      await publish(join(folder, String(fence)), JSON.stringify(content), options.write);
    } catch (error) {
      if (errorCode(error) === "EEXIST") return take(above, note);
      throw error;
    }
    const all = await fences(folder);
    if (all.some((other) => other > fence)) {
      // This one was so slow that others came and went in between.
      await rm(join(folder, String(fence)), { force: true });
      return take(above, note);
    }
    // The one before stays for those who are just looking at it.
    await Promise.all(
      all.filter((other) => other < fence - 1).map((other) => rm(join(folder, String(other)), { force: true })),
    );
    if (before?.content?.released === false) {
      note(`took over from ${nameOf(before.content.holder)}, which ended without finishing its run`);
    }
    return keep(options, fence, content);
  };
  return {
    take: (above, note) => usable(folder, () => take(above, note)),
    look: () =>
      usable(folder, async () => {
        const found = await newest(folder);
        if (found !== undefined && isHeld(found, thisProcess(), expiry)) throw held(deployment, found);
      }),
  };
}
