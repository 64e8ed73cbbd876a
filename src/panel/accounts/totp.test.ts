import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { checkTotp, newTotpSecret, totpUri } from "./totp.ts";

/** "12345678901234567890" in base32: RFC 6238, appendix B. */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/** Seconds and codes of RFC 6238, appendix B, for SHA-1: there with eight digits, of which six are the last. */
const vectors = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
] as const;

/** RFC 4226, section 5.3, in its own words. */
function codeOf(step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const sum = createHmac("sha1", "12345678901234567890").update(counter).digest();
  const offset = sum.readUInt8(19) & 15;
  return String((sum.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

void test("the codes of RFC 6238 are right at their moments", () => {
  for (const [seconds, code] of vectors) {
    const step = Math.floor(seconds / 30);
    assert.equal(checkTotp(secret, code.slice(2), { now: seconds * 1000, after: null }), step);
    assert.equal(codeOf(step), code.slice(2));
  }
});

void test("clocks may differ by one step and no more", () => {
  fc.assert(
    fc.property(fc.integer({ min: 10, max: 100_000_000 }), fc.integer({ min: 0, max: 29_999 }), (step, within) => {
      const now = step * 30_000 + within;
      const accepted = [-3, -2, -1, 0, 1, 2, 3].filter(
        (difference) => checkTotp(secret, codeOf(step + difference), { now, after: null }) === step + difference,
      );
      assert.deepEqual(accepted, [-1, 0, 1]);
    }),
  );
});

void test("a code is good once, and none before it afterwards", () => {
  const step = 50_000_000;
  const now = step * 30_000;
  for (const taken of [step - 1, step, step + 1]) {
    for (const given of [step - 1, step, step + 1]) {
      const found = checkTotp(secret, codeOf(given), { now, after: taken });
      assert.equal(found, given > taken ? given : undefined);
    }
  }
});

void test("a text that is not six digits is no code", () => {
  const now = 59_000;
  for (const text of ["", "28708", "2870820", "94287082", " 287082", "287082\n", "２８７０８２", "28708x"])
    assert.equal(checkTotp(secret, text, { now, after: null }), undefined, text);
  assert.equal(checkTotp(secret, "287082", { now, after: null }), 1);
});

void test("every secret is another one, of 160 bits, and its code is not the others'", () => {
  const secrets = Array.from({ length: 50 }, newTotpSecret);
  assert.equal(new Set(secrets).size, 50);
  for (const one of secrets) assert.match(one, /^[A-Z2-7]{32}$/);
});

void test("applications read the link", () => {
  const uri = new URL(totpUri(secret, "ada+x@example.org"));
  assert.equal(uri.protocol, "otpauth:");
  assert.equal(uri.host, "totp");
  assert.equal(decodeURIComponent(uri.pathname), "/FediPanel:ada+x@example.org");
  const { secret: given, digits, period, algorithm, issuer } = Object.fromEntries(uri.searchParams);
  assert.deepEqual([given, digits, period, algorithm, issuer], [secret, "6", "30", "SHA1", "FediPanel"]);
});
