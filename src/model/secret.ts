import { z } from "zod";

/**
 * What would be lost with another value, as a clause: "with another, old posts cannot be read". A secret that says so is
 * not rotated. It may be added later and its words may change: they decide nothing about a value that was made.
 */
const permanent = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u, "expected one line of text")
  .optional();

/** How a secret's value comes to be. The value itself is never part of a deployment. */
export const SecretDeclaration = z.discriminatedUnion("origin", [
  z.strictObject({
    /** Made once by the engine, from the operating system's random numbers. */
    origin: z.literal("generated"),
    format: z.enum(["alphanumeric", "hex", "base64", "base64url"]),
    /** Random bytes for hex and base64; characters for alphanumeric. */
    length: z.int().min(8).max(1024),
    /** What stands before the random part, such as the rest of a link that it opens. */
    prefix: z
      .string()
      .max(300)
      .regex(/^[!-~]*$/, "expected letters, digits and punctuation")
      .optional(),
    /** Said together with the value, once, after the run that made it: "Make the first account at". */
    announcement: z
      .string()
      .max(120)
      .regex(/^[^\p{Cc}]*$/u, "expected one line of text")
      .optional(),
    permanent,
  }),
  z.strictObject({
    /** Written by the operator in the configuration. */
    origin: z.literal("given"),
  }),
  z.strictObject({
    /** A private key, made once by the engine. */
    origin: z.literal("key"),
    /**
     * `p256`: the 32 bytes of the scalar in base64url, as Web Push has it (RFC 8292, RFC 7518 section 6.2.2.1);
     * `rsa`: 4096 bits, PKCS #8 in PEM (RFC 5208, RFC 7468);
     * `ed25519`: the seed and the public key, 64 bytes in hexadecimal digits, as libsodium has it (RFC 8032 section 5.1.5);
     * `ssh-ed25519`: in OpenSSH's own format, as sshd takes host keys and ssh takes keys to log in with.
     */
    type: z.enum(["p256", "rsa", "ed25519", "ssh-ed25519"]),
    permanent,
  }),
  z.strictObject({
    /**
     * Of another secret, which is a private key: the 65 bytes of an uncompressed point in base64url, SubjectPublicKeyInfo
     * in PEM, 32 bytes in hexadecimal digits, or `ssh-ed25519 AAAA…`.
     */
    origin: z.literal("public-key"),
    of: z.string(),
  }),
  z.strictObject({
    /** In a file of the deployer, where the hosting provider keeps it; a line break at its end does not belong to it. */
    origin: z.literal("file"),
    path: z.string().regex(/^\/[^\p{Cc}]*$/u, "expected an absolute path"),
  }),
]);
export type SecretDeclaration = z.infer<typeof SecretDeclaration>;

/** Grammar of secret names: lower-case words joined by `-`, in at most three levels. */
export const secretName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\/[a-z0-9]+(?:-[a-z0-9]+)*){0,2}$/;

/** The secret that holds the initial user's password, whether the operator wrote it or not. */
export const initialPassword = "initial-user/password";
