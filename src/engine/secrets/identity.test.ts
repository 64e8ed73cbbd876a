import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { failure, temporaryFolder } from "../testing/temporary-folder.ts";
import { createIdentity, readIdentity } from "./identity.ts";

test("an identity is made once, readable by its owner alone", async (context) => {
  const file = join(temporaryFolder(context), "keys", "identity.txt");
  assert.equal(readIdentity(file), undefined);
  const made = await Promise.all([createIdentity(file), createIdentity(file), createIdentity(file)]);
  assert.equal(new Set(made).size, 1);
  assert.equal(readIdentity(file), made[0]);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
  assert.deepEqual(readdirSync(dirname(file)), ["identity.txt"]);
  assert.match(readFileSync(file, "utf8"), /^# created: .*\n# public key: age1[a-z0-9]+\nAGE-SECRET-KEY-1[A-Z0-9]+\n$/);
});

test("an identity that cannot be written is told", async (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(createIdentity(join(folder, "file", "identity.txt")), failure("secrets-unwritable"));
});

test("an identity that others can read, or nobody, is refused", async (context) => {
  const file = join(temporaryFolder(context), "identity.txt");
  await createIdentity(file);
  for (const mode of [0o640, 0o604, 0o620]) {
    chmodSync(file, mode);
    assert.throws(() => readIdentity(file), failure("secrets-unreadable", new RegExp(mode.toString(8))));
  }
  chmodSync(file, 0o600);
  writeFileSync(file, "# only a comment\n");
  assert.throws(() => readIdentity(file), failure("secrets-unreadable", /empty/));
  assert.throws(() => readIdentity(dirname(file)), failure("secrets-unreadable"));
});
