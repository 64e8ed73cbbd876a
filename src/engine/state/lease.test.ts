import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { failure, temporaryFolder } from "../testing/temporary-folder.ts";
import { writeNew } from "./disk.ts";
import { thisProcess, type Holder } from "./holder.ts";
import { leases, type Lease, type LeaseOptions } from "./lease.ts";

const ignore = (): void => undefined;

function place(folder: string, options: Partial<LeaseOptions> = {}): ReturnType<typeof leases> {
  return leases({ folder, deployment: "example.org", ...options });
}

function leave(folder: string, holder: Partial<Holder>, beat = new Date()): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "5");
  const content = { holder: { ...thisProcess(), ...holder }, since: "2026-01-01T00:00:00.000Z", released: false };
  writeFileSync(file, JSON.stringify(content));
  utimesSync(file, beat, beat);
}

const longAgo = new Date(Date.now() - 61_000);
/** The first process of the computer: alive, but started at another time than what a test says. */
const gone: Partial<Holder> = { pid: 1, started: "1" };

interface Taker {
  take(folder: string): Promise<string>;
  kill(): Promise<void>;
}

function startTaker(context: TestContext): Taker {
  const script = fileURLToPath(new URL("../testing/take-leases.ts", import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  context.after(kill);
  return {
    async take(folder) {
      child.stdin.write(`${folder}\n`);
      return String((await answers.next()).value);
    },
    kill,
  };
}

test("a lease that is held is refused, naming who holds it; a released one is not", async (context) => {
  const folder = join(temporaryFolder(context), "leases");
  const lease = await place(folder).take(0, ignore);
  assert.equal(lease.fence, 1);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  await lease.check();
  const { user, host } = thisProcess();
  const who = new RegExp(`by ${user}@${host}, process ${String(process.pid)}, since 20`);
  await assert.rejects(place(folder).take(0, ignore), failure("lease-held", who));
  await assert.rejects(place(folder).look(), failure("lease-held", who));
  await lease.release();
  await place(folder).look();
  const notes: string[] = [];
  const next = await place(folder).take(0, (text) => notes.push(text));
  assert.deepEqual([next.fence, notes], [2, []]);
  await next.release();
});

test("looking leaves no trace", async (context) => {
  const folder = join(temporaryFolder(context), "leases");
  await place(folder).look();
  assert.throws(() => statSync(folder));
});

test("a dead holder on this computer is taken over at once, with a note", async (context) => {
  const root = temporaryFolder(context);
  const dead: readonly Partial<Holder>[] = [gone, { boot: "another", pids: "another" }, { pid: 4194305 }];
  for (const [index, holder] of dead.entries()) {
    const folder = join(root, String(index));
    leave(folder, { user: "somebody", ...holder });
    const notes: string[] = [];
    const lease = await place(folder).take(0, (text) => notes.push(text));
    assert.equal(lease.fence, 6);
    assert.match(notes.join(), /took over from somebody@/);
    await lease.release();
  }
});

test("a holder that cannot be asked is taken over when it gives no sign of life any more", async (context) => {
  const root = temporaryFolder(context);
  const elsewhere: readonly Partial<Holder>[] = [{ host: "elsewhere" }, { machine: "another" }, { pids: "another" }];
  for (const [index, holder] of elsewhere.entries()) {
    const folder = join(root, String(index));
    leave(folder, holder);
    await assert.rejects(place(folder).take(0, ignore), failure("lease-held"));
    leave(folder, holder, longAgo);
    await (await place(folder).take(0, ignore)).release();
  }
});

test("a lease that a crash left unreadable is held until it has expired", async (context) => {
  const folder = temporaryFolder(context);
  const file = join(folder, "1");
  writeFileSync(file, "");
  await assert.rejects(place(folder).take(0, ignore), failure("lease-held", /another run/));
  utimesSync(file, longAgo, longAgo);
  await (await place(folder).take(0, ignore)).release();
});

test("a holder gives signs of life", async (context) => {
  const folder = temporaryFolder(context);
  const lease = await place(folder, { heartbeat: 5 }).take(0, ignore);
  const file = join(folder, "1");
  utimesSync(file, longAgo, longAgo);
  while (statSync(file).mtimeMs < Date.now() - 30_000) await new Promise((resolve) => setImmediate(resolve));
  await lease.release();
});

test("on a full disk a lease is given back all the same", async (context) => {
  const folder = temporaryFolder(context);
  let full = false;
  const write: LeaseOptions["write"] = (file, content) =>
    full ? Promise.reject(new Error("ENOSPC")) : writeNew(file, content);
  const lease = await place(folder, { write }).take(0, ignore);
  full = true;
  await lease.release();
  assert.equal((await place(folder).take(0, ignore)).fence, 2);
});

test("one that is so slow that others come and go meanwhile does not get a lease that was given before", async (context) => {
  const folder = temporaryFolder(context);
  const write: LeaseOptions["write"] = async (file, content) => {
    writeFileSync(join(folder, "2"), "");
    await writeNew(file, content);
  };
  await assert.rejects(place(folder, { write }).take(0, ignore), failure("lease-held"));
  assert.deepEqual(readdirSync(folder), ["2"]);
});

test("a folder that cannot be written to is told", async (context) => {
  const folder = join(temporaryFolder(context), "file");
  writeFileSync(folder, "");
  await assert.rejects(place(folder).take(0, ignore), failure("state-unwritable", /EEXIST|ENOTDIR/));
});

test("a lost lease is noticed, also when its file is gone", async (context) => {
  const folder = temporaryFolder(context);
  const lease = await place(folder).take(0, ignore);
  writeFileSync(join(folder, "2"), "");
  await assert.rejects(lease.check(), failure("lease-lost"));
  rmSync(join(folder, "2"));
  await lease.check();
  rmSync(join(folder, "1"));
  await assert.rejects(lease.check(), failure("lease-lost"));
});

test("fencing numbers go up, beyond what the state has seen, and old leases are cleared away", async (context) => {
  const folder = temporaryFolder(context);
  const taken: number[] = [];
  for (const above of [0, 7, 2, 0]) {
    const lease: Lease = await place(folder).take(above, ignore);
    taken.push(lease.fence);
    await lease.release();
  }
  assert.deepEqual(taken, [1, 8, 9, 10]);
  assert.deepEqual(readdirSync(folder).toSorted(), ["10", "9"]);
});

test("of several processes that take over at once exactly one wins; killed, it is taken over in turn", async (context) => {
  const root = temporaryFolder(context);
  const takers = Array.from({ length: 3 }, () => startTaker(context));
  for (let round = 0; round < 16; round += 1) {
    const folder = join(root, String(round));
    if (round % 2 === 0) leave(folder, gone);
    const answers = await Promise.all(takers.map((taker) => taker.take(folder)));
    const won = answers.filter((answer) => answer.startsWith("taken"));
    const refused = answers.filter((answer) => answer === "lease-held");
    assert.deepEqual([won.length, refused.length], [1, 2], answers.join());
  }
  await assert.rejects(place(join(root, "0")).take(0, ignore), failure("lease-held"));
  await Promise.all(takers.map((taker) => taker.kill()));
  assert.equal((await place(join(root, "0")).take(0, ignore)).fence, 7);
});
