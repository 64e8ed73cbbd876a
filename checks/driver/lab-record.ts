import { randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { withFileLock } from "../../src/providers/local-machine/file-lock.ts";
import { readMachine } from "../../src/providers/local-machine/machine-record.ts";
import { isMissing } from "../../src/providers/local-machine/missing.ts";
import { findNetwork, removeNetwork } from "../../src/providers/local-machine/network.ts";
import { identityOf, isAlive, type ProcessIdentity } from "../../src/providers/local-machine/process-identity.ts";
import { removeMachine } from "../../src/providers/local-machine/stop-machine.ts";

/** What is written down about a lab, so that a later run can clear it when its runner died. */
export interface LabRecord {
  readonly name: string;
  readonly runner: ProcessIdentity;
  /** Whether it was left running on purpose. */
  readonly kept: boolean;
}

function labsFolder(cache: string): string {
  return join(cache, "labs");
}

async function writeRecord(folder: string, record: LabRecord): Promise<void> {
  await writeFile(join(folder, "lab.json.new"), JSON.stringify(record));
  await rename(join(folder, "lab.json.new"), join(folder, "lab.json"));
}

/** Reads a lab's record; a folder without one is what a lab left that was killed while it was made or removed. */
async function readRecord(folder: string): Promise<LabRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, "lab.json"), "utf8")) as LabRecord;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Makes the folder of a new lab, which belongs to this process. */
export function newLabFolder(cache: string, name: string): Promise<string> {
  const labs = labsFolder(cache);
  return withFileLock(join(cache, "labs.lock"), async () => {
    const runner = await identityOf(process.pid);
    if (runner === undefined) throw new Error("this process is not in /proc");
    const folder = join(labs, `${name}-${randomBytes(4).toString("hex")}`);
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await writeRecord(folder, { name, runner, kept: false });
    return folder;
  });
}

/** Notes that a lab is to outlive its runner. */
export async function markKept(folder: string): Promise<void> {
  const record = await readRecord(folder);
  if (record !== undefined) await writeRecord(folder, { ...record, kept: true });
}

/** Removes a lab with its machines and its network, however far it was made. */
export async function removeLabFolder(folder: string): Promise<void> {
  const machines = await foldersIn(join(folder, "machines"));
  await Promise.all(
    machines.map(async (path) => {
      const machine = await readMachine(path);
      if (machine !== undefined) await removeMachine(machine);
    }),
  );
  const network = await findNetwork(join(folder, "network"));
  if (network !== undefined) await removeNetwork(network);
  await rm(folder, { recursive: true, force: true });
}

/**
 * Removes the labs whose runners died.
 * @param kept which labs that were left running on purpose are removed too: those of one name, or all
 * @returns the folders that were removed
 */
export function clearDeadLabs(cache: string, kept: { readonly name: string } | "all" | "none"): Promise<string[]> {
  return withFileLock(join(cache, "labs.lock"), async () => {
    const removed: string[] = [];
    for (const folder of await foldersIn(labsFolder(cache))) {
      const record = await readRecord(folder);
      if (record !== undefined && (await isAlive(record.runner))) continue;
      const spared = record?.kept === true && (kept === "none" || (kept !== "all" && kept.name !== record.name));
      if (spared) continue;
      await removeLabFolder(folder);
      removed.push(folder);
    }
    return removed;
  });
}
