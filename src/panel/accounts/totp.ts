import { Secret, TOTP } from "otpauth";

/** RFC 6238 with what every authenticator application takes: SHA-1, six digits, 30 seconds. */
function totp(secret: string, email: string): TOTP {
  return new TOTP({
    issuer: "FediPanel",
    label: email,
    algorithm: "SHA1",
    digits: 6,
    period: 30,
    secret: Secret.fromBase32(secret),
  });
}

/** Makes a secret of 160 bits, in base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator application reads from a picture or a link. */
export function totpUri(secret: string, email: string): string {
  return totp(secret, email).toString();
}

/**
 * Checks a code of now, or of the step before or after it for clocks that differ.
 * @param after the last step of which a code was taken: a code is good once (RFC 6238, section 5.2)
 * @returns the step of the code; nothing when the code is wrong or used
 */
export function checkTotp(
  secret: string,
  code: string,
  { now, after }: { readonly now: number; readonly after: number | null },
): number | undefined {
  if (!/^[0-9]{6}$/.test(code)) return undefined;
  const delta = totp(secret, "").validate({ token: code, window: 1, timestamp: now });
  if (delta === null) return undefined;
  const step = Math.floor(now / 30_000) + delta;
  return after !== null && step <= after ? undefined : step;
}
