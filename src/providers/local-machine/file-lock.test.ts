import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withFileLock } from "./file-lock.ts";

test("work under one lock does not overlap, and a failure releases it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-lock-"));
  try {
    const path = join(folder, "deep/lock");
    let inside = 0;
    const work = async (): Promise<number> => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return 7;
    };
    assert.deepEqual(await Promise.all([1, 2, 3].map(() => withFileLock(path, work))), [7, 7, 7]);
    await assert.rejects(
      withFileLock(path, () => Promise.reject(new Error("broken"))),
      /broken/,
    );
    assert.equal(await withFileLock(path, work), 7);
    await assert.rejects(withFileLock(join(path, "lock"), work));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("the lock of a killed process is free", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-lock-"));
  try {
    const path = join(folder, "lock");
    const program = `
      import { withFileLock } from ${JSON.stringify(new URL("./file-lock.ts", import.meta.url).href)};
      await withFileLock(${JSON.stringify(path)}, () => new Promise(() => {
        process.stdout.write("held\\n");
        setInterval(() => undefined, 1000);
      }));`;
    const holder = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    holder.kill("SIGKILL");
    await withFileLock(path, async () => undefined);
  } finally {
    await rm(folder, { recursive: true });
  }
});
