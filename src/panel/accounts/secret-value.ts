import { createHash, randomBytes } from "node:crypto";

/** An identifier that cannot be guessed: 128 bits in base64url. Nothing relies on that alone. */
export function newId(): string {
  return randomBytes(16).toString("base64url");
}

/** The secret of a link, a cookie or a token: 256 bits in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** What the database keeps of a secret of 256 random bits, which needs neither salt nor a slow function. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}
