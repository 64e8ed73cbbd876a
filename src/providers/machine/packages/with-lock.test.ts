import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../../model/failure.ts";
import { withLock, type LockMode } from "./with-lock.ts";

async function overlap(modes: readonly LockMode[]): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "lock-"));
  let inside = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    inside += 1;
    most = Math.max(most, inside);
    await new Promise((resolve) => setTimeout(resolve, 40));
    inside -= 1;
  };
  await Promise.all(modes.map((mode) => withLock(join(folder, "lock"), mode, work)));
  await rm(folder, { recursive: true });
  return most;
}

test("one exclusive holder at a time", async () => {
  assert.equal(await overlap(["exclusive", "exclusive", "exclusive"]), 1);
});

test("shared holders are together", async () => {
  assert.equal(await overlap(["shared", "shared"]), 2);
});

test("the lock is free again when the work fails, and the failure is the work's", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lock-"));
  const file = join(folder, "lock");
  await assert.rejects(
    withLock(file, "exclusive", () => Promise.reject(new Error("mine"))),
    /mine/,
  );
  assert.equal(await withLock(file, "exclusive", () => Promise.resolve(1)), 1);
  await rm(folder, { recursive: true });
});

test("waiting can be aborted, and the holder is not disturbed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lock-"));
  const file = join(folder, "lock");
  const controller = new AbortController();
  await withLock(file, "exclusive", async () => {
    const waiting = withLock(file, "exclusive", () => Promise.reject(new Error("got in")), controller.signal);
    controller.abort();
    await assert.rejects(waiting, { name: "AbortError" });
  });
  await rm(folder, { recursive: true });
});

test("a file that cannot be locked is a failure that names it", async () => {
  const file = "/nonexistent/folder/lock";
  await assert.rejects(
    withLock(file, "exclusive", () => Promise.resolve()),
    (thrown) => {
      return thrown instanceof Failure && thrown.code === "lock-unavailable" && thrown.report.subject === file;
    },
  );
});

test("a file that cannot be locked is named, whatever it is for", async () => {
  await assert.rejects(
    withLock("/nowhere/lock", "exclusive", () => Promise.resolve()),
    (error) => error instanceof Failure && error.code === "lock-unavailable" && !/package|image/.test(error.message),
  );
});
