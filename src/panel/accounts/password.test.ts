import assert from "node:assert/strict";
import { argon2Sync } from "node:crypto";
import { test } from "node:test";
import { hashPassword, longestPassword, verifyPassword } from "./password.ts";
import { passwordProblem } from "./password-problem.ts";

const password = "correct horse battery staple";

void test("a password is kept as argon2id in the PHC string format, each time with another salt", async () => {
  const [one, other] = await Promise.all([hashPassword(password), hashPassword(password)]);
  // RFC 9106, section 4: 64 MiB, 3 passes, 4 lanes; 16 bytes of salt, 32 of tag, base64 without padding.
  assert.match(one ?? "", /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  assert.notEqual(one?.split("$")[4], other?.split("$")[4]);
  const [, , , , salt = "", tag] = one?.split("$") ?? [];
  const cost = { passes: 3, parallelism: 4, memory: 65_536, tagLength: 32 };
  const right = argon2Sync("argon2id", { message: password, nonce: Buffer.from(salt, "base64"), ...cost });
  assert.equal(tag, right.toString("base64").replace(/=+$/, ""));
});

void test("only the password itself is right, in any of its Unicode forms", async () => {
  const hash = await hashPassword("Schlüssel zum Café");
  for (const form of ["NFC", "NFD", "NFKC"])
    assert.ok(await verifyPassword("Schlüssel zum Café".normalize(form), hash));
  for (const wrong of ["", "schlüssel zum café", "Schlüssel zum Café ", "Schlussel zum Cafe"])
    assert.equal(await verifyPassword(wrong, hash), false, wrong);
});

void test("a hash that was made at another cost is still good", async () => {
  const nonce = Buffer.alloc(16, 7);
  const tag = argon2Sync("argon2id", {
    message: password,
    nonce,
    passes: 2,
    parallelism: 1,
    memory: 8192,
    tagLength: 32,
  });
  const [salt, sum] = [nonce, tag].map((bytes) => bytes.toString("base64").replace(/=+$/, ""));
  const old = `$argon2id$v=19$m=8192,t=2,p=1$${salt ?? ""}$${sum ?? ""}`;
  assert.ok(await verifyPassword(password, old));
  assert.equal(await verifyPassword(`${password}.`, old), false);
});

void test("what is no such hash is nobody's", async () => {
  for (const phc of ["", "none", "$argon2i$v=19$m=8192,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA", "$2b$12$abc"])
    assert.equal(await verifyPassword(password, phc), false, phc);
});

void test("without an account it takes as long and is false", async () => {
  const hash = await hashPassword(password);
  const took = async (phc: string | undefined): Promise<number> => {
    const start = performance.now();
    assert.equal(await verifyPassword("wrong", phc), false);
    return performance.now() - start;
  };
  const rounds: { readonly known: number; readonly unknown: number }[] = [];
  for (let round = 0; round < 5; round += 1) rounds.push({ known: await took(hash), unknown: await took(undefined) });
  // The quickest rounds are the least disturbed by what else this computer does.
  const known = Math.min(...rounds.map((round) => round.known));
  const unknown = Math.min(...rounds.map((round) => round.unknown));
  assert.ok(unknown > known / 3 && unknown < known * 3, `${String(unknown)} ms without, ${String(known)} ms with`);
});

void test("passwords are refused for their length or for the account's own words, not for their characters", () => {
  const email = "lovelace@example.org";
  assert.equal(passwordProblem("a".repeat(11), email), "short");
  assert.equal(passwordProblem("\u{1F600}".repeat(11), email), "short");
  assert.equal(passwordProblem("ä".repeat(longestPassword / 2 + 1), email), "long");
  assert.equal(passwordProblem("Lovelace2024", email), "guessable");
  assert.equal(passwordProblem("fedipanelfediversity", email), "guessable");
  for (const fine of ["twelve chars", "\u{1F600}".repeat(12), "lovelace likes poems", "x".repeat(longestPassword)])
    assert.equal(passwordProblem(fine, email), undefined, fine);
});
