import assert from "node:assert/strict";
import { test } from "node:test";
import { hashSecret, newId, newSecret } from "./secret-value.ts";

void test("ids have 128 bits, secrets 256, and none comes twice", () => {
  const ids = Array.from({ length: 1000 }, newId);
  const secrets = Array.from({ length: 1000 }, newSecret);
  assert.equal(new Set([...ids, ...secrets]).size, 2000);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{22}$/);
  for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
});

void test("a secret is kept as its SHA-256", () => {
  // FIPS 180-4, the example "abc".
  const known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assert.equal(Buffer.from(hashSecret("abc"), "base64url").toString("hex"), known);
});
