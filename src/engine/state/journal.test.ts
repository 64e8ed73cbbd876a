import assert from "node:assert/strict";
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { memoryDisk } from "../testing/memory-disk.ts";
import { failure, temporaryFolder } from "../testing/temporary-folder.ts";
import { disk as realDisk, type Disk } from "./disk.ts";
import type { EntryBody } from "./entry.ts";
import { openJournal, type Journal, type JournalOptions } from "./journal.ts";
import { readJournal, type JournalReading } from "./read-journal.ts";

const deployment = "example.org";

function open(folder: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  const common = { disk: realDisk, folder, deployment, fence: 1, clock: () => 0 };
  return openJournal({ ...common, guard: () => Promise.resolve(), note: () => undefined, ...options });
}

function read(folder: string, disk: Disk = realDisk): Promise<JournalReading | undefined> {
  return readJournal({ disk, folder, deployment });
}

const entry = (component: string): EntryBody => ({
  kind: "intent",
  component,
  type: "thing",
  action: "create",
  inputs: {},
});

async function written(
  folder: string,
  components: readonly string[],
  options: Partial<JournalOptions> = {},
): Promise<void> {
  const journal = await open(folder, options);
  for (const component of components) await journal.append(entry(component));
  await journal.close();
}

test("nothing is written before the first entry; then folder and journal are there for their owner alone", async (context) => {
  const folder = join(temporaryFolder(context), "states", deployment);
  const journal = await open(folder);
  assert.equal(await read(folder), undefined);
  assert.throws(() => statSync(join(folder, "..")));
  await journal.append(entry("thing/a"), entry("thing/b"));
  await journal.append(entry("thing/c"));
  await journal.close();
  const reading = await read(folder);
  assert.deepEqual(Object.keys(reading?.state.components ?? {}), ["thing/a", "thing/b", "thing/c"]);
  assert.deepEqual(reading?.state, journal.state);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.equal(statSync(join(folder, "journal.jsonl")).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(join(folder, "..")), [deployment]);
});

test("a line cut at any byte is left out, cut off with a note, and written anew", async () => {
  const disk = memoryDisk();
  const folder = "/state";
  const file = "/state/journal.jsonl";
  await written(folder, ["thing/a", "thing/b", "thing/ü"], { disk });
  const bytes = disk.files.get(file) ?? Buffer.alloc(0);
  const start = bytes.subarray(0, -1).lastIndexOf("\n") + 1;
  for (let length = start; length < bytes.length; length += 1) {
    disk.files.set(file, bytes.subarray(0, length));
    const reading = await read(folder, disk);
    assert.deepEqual(Object.keys(reading?.state.components ?? {}), ["thing/a", "thing/b"], String(length));
    assert.equal(disk.files.get(file)?.length, length, "reading changes nothing");
    const notes: string[] = [];
    await written(folder, ["thing/ü"], { disk, note: (text) => notes.push(text) });
    assert.deepEqual(disk.files.get(file), bytes);
    assert.equal(notes.length, length === start ? 0 : 1);
  }
});

test("a torn line is cut off the real file", async (context) => {
  const folder = join(temporaryFolder(context), deployment);
  await written(folder, ["thing/a", "thing/b"]);
  const file = join(folder, "journal.jsonl");
  const bytes = readFileSync(file);
  truncateSync(file, bytes.length - 9);
  await written(folder, ["thing/b"]);
  assert.deepEqual(readFileSync(file), bytes);
});

test("state that cannot be read is never empty state", async (context) => {
  const root = temporaryFolder(context);
  const folder = join(root, deployment);
  await written(folder, ["thing/a", "thing/b"]);
  const file = join(folder, "journal.jsonl");
  const good = readFileSync(file, "utf8");
  const lines = good.split("\n");
  const broken: readonly (readonly [string, RegExp])[] = [
    ["", /no whole line/],
    ["{", /no whole line/],
    [good.replace(lines[1] ?? "", "{]"), /line 2 is not JSON/],
    [good.replace('"kind":"intent"', '"kind":"intention"'), /line 2 is not an entry.*kind/],
    [good.replace('"sequence":1', '"sequence":5'), /line 2 has number 5, expected 1/],
    [good.replace('"version":1', '"version":2'), /format 2/],
    [good.replace(deployment, "example.net"), /of example.net/],
    [lines.slice(1).join("\n"), /line 1 does not begin a journal/],
    [`${lines[0] ?? ""}\n${lines[2] ?? ""}\n`, /line 2 has number 2, expected 1/],
    [good.replace(lines[2] ?? "", `${lines[2] ?? ""}\n`), /line 4 is not JSON/],
  ];
  for (const [content, found] of broken) {
    writeFileSync(file, content);
    await assert.rejects(read(folder), failure("state-unreadable", found));
    await assert.rejects(open(folder), failure("state-unreadable", found));
    assert.equal(readFileSync(file, "utf8"), content, "nothing was touched");
  }
  rmSync(file);
  await assert.rejects(read(folder), failure("state-unreadable", /its journal is not/));
  rmSync(folder, { recursive: true });
  mkdirSync(file, { recursive: true });
  await assert.rejects(read(folder), failure("state-unreadable", /EISDIR/));
  rmSync(folder, { recursive: true });
  writeFileSync(folder, "a file in place of the folder");
  await assert.rejects(read(folder), failure("state-unreadable", /ENOTDIR/));
});

test("entries that come at the same time go out together, in order", async () => {
  const disk = memoryDisk();
  const journal = await open("/state", { disk });
  await Promise.all(["a", "b", "c"].map((name) => journal.append(entry(`thing/${name}`))));
  assert.equal(disk.writes(), 1);
  await Promise.all(["d", "e"].map((name) => journal.append(entry(`thing/${name}`))));
  assert.equal(disk.writes(), 2);
  const reading = await read("/state", disk);
  assert.equal(reading?.state.sequence, 5);
  assert.deepEqual(reading.state, journal.state);
});

test("after a failed write nothing is added any more", async () => {
  const disk = memoryDisk();
  const journal = await open("/state", { disk });
  await journal.append(entry("thing/a"));
  disk.crashAfter(0, 30);
  await assert.rejects(journal.append(entry("thing/b")), failure("state-unwritable", /middle of a write/));
  disk.restart();
  await assert.rejects(journal.append(entry("thing/c")), failure("state-unwritable"));
  assert.deepEqual(Object.keys((await read("/state", disk))?.state.components ?? {}), ["thing/a"]);
});

test("a lost lease is noticed before anything is written", async () => {
  const disk = memoryDisk();
  const guard = (): Promise<void> => Promise.reject(new Error("lost"));
  const journal = await open("/state", { disk, guard });
  await assert.rejects(journal.append(entry("thing/a")), /lost/);
  assert.equal(disk.files.size, 0);
});

test("a long journal is begun anew with the same state; a crash meanwhile leaves the old one", async () => {
  const disk = memoryDisk();
  await written("/state", ["thing/a", "thing/b", "thing/c"], { disk });
  const before = await read("/state", disk);
  disk.crashAfter(0, 0);
  await assert.rejects(open("/state", { disk, compactFrom: 4 }), failure("state-unwritable"));
  disk.restart();
  assert.deepEqual(await read("/state", disk), before);
  const journal = await open("/state", { disk, compactFrom: 4, fence: 2 });
  const after = await read("/state", disk);
  assert.deepEqual([after?.entries, after?.state], [2, { ...before?.state, fence: 2 }]);
  await journal.append(entry("thing/d"));
  assert.equal((await read("/state", disk))?.state.sequence, 4);
});

test("what a run that lost its lease still managed to write does not make the journal unreadable", async (context) => {
  const folder = temporaryFolder(context) + "/x";
  await written(folder, ["thing/a"], { fence: 1 });
  const file = join(folder, "journal.jsonl");
  const late = readFileSync(file, "utf8").split("\n")[1] ?? "";
  await written(folder, ["thing/b"], { fence: 2 });
  appendFileSync(file, `${late.replace("thing/a", "thing/late")}\n`);
  await written(folder, ["thing/c"], { fence: 3 });
  assert.deepEqual(Object.keys((await read(folder))?.state.components ?? {}), ["thing/a", "thing/b", "thing/c"]);
});
