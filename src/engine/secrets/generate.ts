import { randomBytes, randomInt } from "node:crypto";
import type { SecretDeclaration } from "../../model/secret.ts";

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Makes a value from the operating system's random numbers. */
export function generate(declaration: Extract<SecretDeclaration, { origin: "generated" }>): string {
  const { format, length } = declaration;
  if (format !== "alphanumeric") return randomBytes(length).toString(format);
  return Array.from({ length }, () => alphanumeric[randomInt(alphanumeric.length)]).join("");
}
