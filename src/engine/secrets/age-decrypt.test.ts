import assert from "node:assert/strict";
import { test } from "node:test";
import * as age from "age-encryption";
import fc from "fast-check";
import { ageDecrypt } from "./age-decrypt.ts";

const identity = await age.generateX25519Identity();
const other = await age.generateX25519Identity();

const letter = fc.constantFrom("a", "\n", "\0", "é", "漢", "\u{1f600}");

async function encrypt(value: string, ...identities: readonly string[]): Promise<Buffer> {
  const encrypter = new age.Encrypter();
  for (const item of identities) encrypter.addRecipient(await age.identityToRecipient(item));
  return Buffer.from(await encrypter.encrypt(value));
}

test("reads what the age library writes, whatever it is", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: letter, maxLength: 200 }), async (text) => {
      assert.equal(ageDecrypt(identity, await encrypt(text, identity)), text);
    }),
    { numRuns: 15 },
  );
});

test("reads values of several chunks, and of exactly one", async () => {
  for (const length of [0, 65_535, 65_536, 65_537, 200_000]) {
    const value = "x".repeat(length);
    assert.equal(ageDecrypt(identity, await encrypt(value, identity)) === value, true, String(length));
  }
});

test("finds its own among several recipients, and refuses what is for others", async () => {
  assert.equal(ageDecrypt(identity, await encrypt("value", other, identity)), "value");
  const foreign = await encrypt("value", other);
  assert.throws(() => ageDecrypt(identity, foreign), /another identity/);
});

test("a changed byte anywhere is noticed", async () => {
  const file = await encrypt("value", identity);
  for (let index = 0; index < file.length; index += 1) {
    const damaged = Buffer.from(file);
    damaged[index] = (damaged[index] ?? 0) ^ 4;
    assert.throws(() => ageDecrypt(identity, damaged), /./, `byte ${String(index)}`);
    assert.throws(() => ageDecrypt(identity, file.subarray(0, index)), /./, `cut at ${String(index)}`);
  }
});

test("what is no identity is refused", async () => {
  const file = await encrypt("value", identity);
  const mistyped = identity.slice(0, -1) + (identity.endsWith("Q") ? "P" : "Q");
  for (const text of ["", "AGE-SECRET-KEY-1", mistyped, "age1qqq"]) {
    assert.throws(() => ageDecrypt(text, file), /no age identity/, text);
  }
});
