import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../../model/failure.ts";
import { runtimeFolder } from "./runtime-folder.ts";

test("the folder is made for its owner alone, and refused when others could be in it", async () => {
  const parent = mkdtempSync(join(tmpdir(), "fediversity-runtime-"));
  const before = process.env["XDG_RUNTIME_DIR"];
  process.env["XDG_RUNTIME_DIR"] = parent;
  const refused = (error: unknown): boolean => error instanceof Failure && error.code === "runtime-folder";
  try {
    const folder = await runtimeFolder();
    assert.equal(folder, join(parent, `fediversity-${String(userInfo().uid)}`));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(await runtimeFolder(), folder);
    chmodSync(folder, 0o750);
    await assert.rejects(runtimeFolder(), refused);
    rmSync(folder, { recursive: true });
    const elsewhere = mkdtempSync(join(parent, "elsewhere-"));
    symlinkSync(elsewhere, folder);
    await assert.rejects(runtimeFolder(), refused);
  } finally {
    if (before === undefined) delete process.env["XDG_RUNTIME_DIR"];
    else process.env["XDG_RUNTIME_DIR"] = before;
    rmSync(parent, { recursive: true });
  }
});
