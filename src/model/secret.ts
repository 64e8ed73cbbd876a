import { z } from "zod";

/** How a secret's value comes to be. The value itself is never part of a deployment. */
export const SecretDeclaration = z.discriminatedUnion("origin", [
  z.strictObject({
    /** Made once by the engine, from the operating system's random numbers. */
    origin: z.literal("generated"),
    format: z.enum(["alphanumeric", "hex", "base64", "base64url"]),
    /** Random bytes for hex and base64; characters for alphanumeric. */
    length: z.int().min(8).max(1024),
  }),
  z.strictObject({
    /** Written by the operator in the configuration. */
    origin: z.literal("given"),
  }),
]);
export type SecretDeclaration = z.infer<typeof SecretDeclaration>;

/** Grammar of secret names: lower-case words joined by `-`, in at most three levels. */
export const secretName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\/[a-z0-9]+(?:-[a-z0-9]+)*){0,2}$/;

/** The secret that holds the initial user's password, whether the operator wrote it or not. */
export const initialPassword = "initial-user/password";
