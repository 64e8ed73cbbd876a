import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { lockFolder } from "./folder-lock.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fedipanel-lock-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const locked = (error: unknown): boolean => error instanceof Failure && error.code === "database-locked";

/** A process that has the folder, and does nothing with it. */
async function holder(folder: string): Promise<ChildProcess> {
  const program = `const { lockFolder } = await import(process.argv[1]);
    await lockFolder(process.argv[2]);
    console.log("locked");
    setInterval(() => {}, 1000);`;
  const parameters = [...process.execArgv, "--input-type=module", "-e", program, "--"];
  const child = spawn(process.execPath, [...parameters, join(import.meta.dirname, "folder-lock.ts"), folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

void test("a second process is refused while the first lives, and not after it was killed", async () => {
  await inFolder(async (folder) => {
    const child = await holder(folder);
    const ended = once(child, "exit");
    try {
      await assert.rejects(lockFolder(folder), locked);
    } finally {
      child.kill("SIGKILL");
      await ended;
    }
    (await lockFolder(folder)).release();
  });
});

void test("a folder is free after it was released, and another one all the time", async () => {
  await inFolder(async (folder) => {
    const first = await lockFolder(folder);
    await assert.rejects(lockFolder(folder), locked);
    (await lockFolder(join(folder, "deeper"))).release();
    first.release();
    (await lockFolder(folder)).release();
  });
});

void test("another name for the same folder is no way in", async () => {
  await inFolder(async (root) => {
    const folder = join(root, "folder");
    const first = await lockFolder(folder);
    await symlink(folder, join(root, "link"));
    await assert.rejects(lockFolder(join(root, "link")), locked);
    await assert.rejects(lockFolder(`${root}/./folder/`), locked);
    first.release();
  });
});
