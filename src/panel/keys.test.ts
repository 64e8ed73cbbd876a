import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import fc from "fast-check";
import { Failure } from "../model/failure.ts";
import { keysFrom, loadKeys } from "./keys.ts";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fedipanel-keys-"));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const failsWith = (code: string) => (error: unknown) => error instanceof Failure && error.code === code;
const keys = keysFrom({ sealing: "A".repeat(43), signing: `${"B".repeat(42)}A` });

void test("keys are made once, for their owner alone", async () => {
  await inFolder(async (root) => {
    const folder = join(root, "new");
    const sealed = (await loadKeys(folder)).seal("secret", "totp");
    const file = join(folder, "keys.json");
    const before = await readFile(file, "utf8");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    assert.equal((await loadKeys(folder)).unseal(sealed, "totp"), "secret");
    assert.equal(await readFile(file, "utf8"), before);
    assert.deepEqual(await readdir(folder), ["keys.json"]);
  });
});

void test("two folders have different keys", async () => {
  await inFolder(async (root) => {
    const [one, other] = await Promise.all([loadKeys(join(root, "one")), loadKeys(join(root, "other"))]);
    assert.notEqual(one.sign("value", "form"), other.sign("value", "form"));
    assert.throws(() => other.unseal(one.seal("value", "totp"), "totp"), failsWith("seal-broken"));
  });
});

void test("a broken file is refused and left as it is", async () => {
  const right = { format: 1, sealing: "A".repeat(43), signing: "B".repeat(43) };
  const broken = [
    "",
    "{",
    "[]",
    "null",
    JSON.stringify({ ...right, format: 2 }),
    JSON.stringify({ ...right, sealing: "A".repeat(42) }),
    JSON.stringify({ ...right, signing: "" }),
    JSON.stringify({ ...right, more: true }),
    JSON.stringify({ format: 1, sealing: right.sealing }),
  ];
  await inFolder(async (folder) => {
    const file = join(folder, "keys.json");
    for (const content of broken) {
      await writeFile(file, content);
      await assert.rejects(loadKeys(folder), failsWith("keys-invalid"), content);
      assert.equal(await readFile(file, "utf8"), content);
    }
  });
});

void test("a broken file's keys are not in the error", async () => {
  await inFolder(async (folder) => {
    await writeFile(join(folder, "keys.json"), JSON.stringify({ format: 1, sealing: "S".repeat(43), signing: "T" }));
    await assert.rejects(loadKeys(folder), (error) => {
      assert.ok(error instanceof Failure);
      assert.doesNotMatch(JSON.stringify(error.report), /SSS|"T"/);
      return true;
    });
  });
});

void test("those who start at the same moment have the same keys", async () => {
  await inFolder(async (root) => {
    for (let round = 0; round < 20; round += 1) {
      const folder = join(root, String(round));
      const all = await Promise.all(Array.from({ length: 8 }, () => loadKeys(folder)));
      assert.equal(new Set(all.map((one) => one.sign("value", "form"))).size, 1);
    }
  });
});

void test("processes that start at the same moment have the same keys", async () => {
  const program = `const { loadKeys } = await import(process.argv[1]);
    for (let round = 0; round < 30; round += 1)
      console.log((await loadKeys(process.argv[2] + "/" + round)).sign("value", "form"));`;
  await inFolder(async (folder) => {
    const start = async (): Promise<string> => {
      const parameters = [...process.execArgv, "--input-type=module", "-e", program, "--"];
      const child = spawn(process.execPath, [...parameters, join(import.meta.dirname, "keys.ts"), folder], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const [said] = await Promise.all([text(child.stdout), once(child, "exit")]);
      assert.equal(child.exitCode, 0);
      return said;
    };
    const [one, other] = await Promise.all([start(), start()]);
    assert.equal(one?.trim().split("\n").length, 30);
    assert.equal(one, other);
  });
});

void test("what is sealed comes back for the same purpose and no other", () => {
  const purpose = fc.string({ unit: "grapheme" });
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), purpose, purpose, (value, right, wrong) => {
      const sealed = keys.seal(value, right);
      assert.equal(keys.unseal(sealed, right), value);
      if (wrong !== right) assert.throws(() => keys.unseal(sealed, wrong), failsWith("seal-broken"));
    }),
  );
});

void test("nothing of what is sealed can be changed or cut", () => {
  const sealed = Buffer.from(keys.seal("a secret", "totp"), "base64url");
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    assert.throws(() => keys.unseal(changed.toString("base64url"), "totp"), failsWith("seal-broken"), String(at));
    const cut = sealed.subarray(0, at).toString("base64url");
    assert.throws(() => keys.unseal(cut, "totp"), failsWith("seal-broken"), `first ${String(at)}`);
  }
});

void test("the same value is never sealed to the same text", () => {
  assert.equal(new Set(Array.from({ length: 100 }, () => keys.seal("a secret", "totp"))).size, 100);
});

void test("a code is good for its value and purpose alone", () => {
  const words = fc.tuple(fc.string(), fc.string());
  fc.assert(
    fc.property(words, words, ([value, purpose], [otherValue, otherPurpose]) => {
      const code = keys.sign(value, purpose);
      assert.ok(keys.verify(value, purpose, code));
      const same = value === otherValue && purpose === otherPurpose;
      assert.equal(keys.verify(otherValue, otherPurpose, code), same);
      assert.equal(keys.verify(value, purpose, code.slice(1)), false);
      assert.equal(keys.verify(value, purpose, ""), false);
    }),
  );
  assert.notEqual(keys.sign("b", "a"), keys.sign("", "ab"));
});
