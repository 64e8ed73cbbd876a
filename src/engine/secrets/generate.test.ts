import assert from "node:assert/strict";
import { createECDH, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { test } from "node:test";
import { generate, publicKey, usable } from "./generate.ts";

test("values have the declared format and length, and differ", async () => {
  const shapes = {
    alphanumeric: /^[A-Za-z0-9]{40}$/,
    hex: /^[0-9a-f]{80}$/,
    base64: /^[A-Za-z0-9+/]{54}==$/,
    base64url: /^[A-Za-z0-9_-]{54}$/,
  } as const;
  for (const format of ["alphanumeric", "hex", "base64", "base64url"] as const) {
    const values = await Promise.all(
      Array.from({ length: 20 }, () => generate({ origin: "generated", format, length: 40 })),
    );
    for (const value of values) assert.match(value, shapes[format]);
    assert.equal(new Set(values).size, values.length);
  }
});

test("what stands before a value is part of it", async () => {
  const declaration = { origin: "generated", format: "hex", length: 8, prefix: "https://example.org/" } as const;
  assert.match(await generate(declaration), /^https:\/\/example\.org\/[0-9a-f]{16}$/);
});

test("a pair of keys for Web Push: the scalar and the point that follows from it, as RFC 8292 has them", async () => {
  const declaration = { origin: "key", type: "p256" } as const;
  const value = await generate(declaration);
  const scalar = Buffer.from(usable(declaration, value), "base64url");
  const point = Buffer.from(publicKey(value), "base64url");
  assert.deepEqual([scalar.length, point.length, point[0]], [32, 65, 4]);
  const ecdh = createECDH("prime256v1");
  ecdh.setPrivateKey(scalar);
  assert.deepEqual(ecdh.getPublicKey(), point);
  assert.match(`${usable(declaration, value)} ${publicKey(value)}`, /^[A-Za-z0-9_-]{43} [A-Za-z0-9_-]{87}$/);
  assert.notEqual(await generate(declaration), value);
});

test("a pair of RSA keys: what one half signs the other verifies", async () => {
  const declaration = { origin: "key", type: "rsa" } as const;
  const value = await generate(declaration);
  assert.equal(usable(declaration, value), value);
  assert.match(value, /^-----BEGIN PRIVATE KEY-----\n/);
  assert.match(publicKey(value), /^-----BEGIN PUBLIC KEY-----\n/);
  const data = Buffer.from("data");
  assert.ok(verify("sha256", data, createPublicKey(publicKey(value)), sign("sha256", data, createPrivateKey(value))));
  assert.equal(createPublicKey(publicKey(value)).asymmetricKeyDetails?.modulusLength, 4096);
});

test("a pair of Ed25519 keys: seed and public key in one, as Garage keeps them", async () => {
  const declaration = { origin: "key", type: "ed25519" } as const;
  const value = await generate(declaration);
  assert.match(value, /^[0-9a-f]{128}$/);
  assert.equal(usable(declaration, value), value);
  const encoded = (hex: string): string => Buffer.from(hex, "hex").toString("base64url");
  const [d, x] = [encoded(value.slice(0, 64)), encoded(publicKey(value))];
  const data = Buffer.from("data");
  const signature = sign(null, data, createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" }));
  const open = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  assert.ok(verify(null, data, open, signature), "the public half belongs to the private one");
});

test("other secrets are used as they are, dots included", () => {
  assert.equal(usable({ origin: "given" }, "a.b.c"), "a.b.c");
  assert.equal(usable({ origin: "generated", format: "hex", length: 8 }, "ab"), "ab");
  assert.equal(usable(undefined, "a.b"), "a.b");
});
