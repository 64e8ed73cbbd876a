import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Failure } from "../../model/failure.ts";
import { setUpSecret } from "./set-up-secret.ts";

test("the secret is the last part of the link, and whatever else is in the file is not repeated", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-set-up-"));
  const file = join(folder, "set-up");
  const secret = "-_".padEnd(43, "s");
  try {
    await writeFile(file, `https://panel.example.org/invitations/${secret}\n`);
    assert.equal(await setUpSecret(file), secret);
    for (const text of [secret, `https://panel.example.org/${secret}`, `https://a/invitations/${secret}x`, ""]) {
      await writeFile(file, text);
      await assert.rejects(
        setUpSecret(file),
        (error) => error instanceof Failure && error.code === "settings-invalid" && !error.message.includes(secret),
      );
    }
    await assert.rejects(setUpSecret(join(folder, "nowhere")), /there is no such file/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("without the variable there is none", async () => {
  assert.equal(await setUpSecret(undefined), undefined);
  assert.equal(await setUpSecret(""), undefined);
});
