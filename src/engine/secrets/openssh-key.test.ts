import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { generate, publicKey, usable } from "./generate.ts";
import { opensshPrivateKey, opensshPublicKey } from "./openssh-key.ts";

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

/** The public key that follows from a seed, as Node derives it. */
function pointOf(seed: Buffer): Buffer {
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return Buffer.from(key.export({ format: "jwk" }).x ?? "", "base64url");
}

test("the public half is the point that follows from the seed", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const text = opensshPrivateKey(seed);
      assert.match(
        text,
        /^-----BEGIN OPENSSH PRIVATE KEY-----\n(?:[A-Za-z0-9+/=]{1,70}\n)+-----END OPENSSH PRIVATE KEY-----\n$/,
      );
      const [type, base64 = ""] = opensshPublicKey(text).split(" ");
      assert.equal(type, "ssh-ed25519");
      assert.deepEqual(Buffer.from(base64, "base64").subarray(-32), pointOf(seed));
    }),
  );
});

test("ssh-keygen reads the private key and gives the same public key", (context) => {
  if (spawnSync("ssh-keygen", ["-?"]).error !== undefined) {
    context.skip("ssh-keygen is not here");
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), "fediversity-openssh-"));
  try {
    fc.assert(
      fc.property(seeds, (seed) => {
        const file = join(folder, "key");
        const text = opensshPrivateKey(seed);
        writeFileSync(file, text, { mode: 0o600 });
        const { stdout, stderr } = spawnSync("ssh-keygen", ["-y", "-P", "", "-f", file], { encoding: "utf8" });
        assert.equal(stderr, "");
        assert.equal(stdout.trim(), opensshPublicKey(text));
      }),
      { numRuns: 20 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a generated SSH key is used as it is, and differs every time", async () => {
  const declaration = { origin: "key", type: "ssh-ed25519" } as const;
  const value = await generate(declaration);
  assert.equal(usable(declaration, value), value);
  assert.match(publicKey(value), /^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}$/);
  assert.notEqual(publicKey(await generate(declaration)), publicKey(value));
});
