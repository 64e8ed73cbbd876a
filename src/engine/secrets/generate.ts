import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, randomInt } from "node:crypto";
import { promisify } from "node:util";
import type { SecretDeclaration } from "../../model/secret.ts";
import { isOpensshKey, opensshPrivateKey, opensshPublicKey } from "./openssh-key.ts";

const alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const makeKeyPair = promisify(generateKeyPair);

/** Makes a value from the operating system's random numbers. */
export async function generate(
  declaration: Extract<SecretDeclaration, { origin: "generated" | "key" }>,
): Promise<string> {
  if (declaration.origin === "key") return await privateKey(declaration.type);
  const { format, length, prefix = "" } = declaration;
  if (format !== "alphanumeric") return prefix + randomBytes(length).toString(format);
  return prefix + Array.from({ length }, () => alphanumeric[randomInt(alphanumeric.length)]).join("");
}

async function privateKey(type: Extract<SecretDeclaration, { origin: "key" }>["type"]): Promise<string> {
  if (type === "ssh-ed25519") return opensshPrivateKey(randomBytes(32));
  if (type === "rsa") {
    const pair = await makeKeyPair("rsa", { modulusLength: 4096 });
    return pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  }
  if (type === "ed25519") {
    const { d = "", x = "" } = (await makeKeyPair("ed25519")).privateKey.export({ format: "jwk" });
    return Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]).toString("hex");
  }
  const pair = await makeKeyPair("ec", { namedCurve: "prime256v1" });
  // The public point follows from the scalar, but Node reads a private key only together with it.
  const { d = "", x = "", y = "" } = pair.privateKey.export({ format: "jwk" });
  return `${d}.${x}.${y}`;
}

/** Gives what a private key is to those who use it; other secrets are what they are. */
export function usable(declaration: SecretDeclaration | undefined, value: string): string {
  return declaration?.origin === "key" && declaration.type === "p256" ? (value.split(".")[0] ?? "") : value;
}

/** Gives the public key of a private one, as {@link generate} made it. */
export function publicKey(value: string): string {
  if (isOpensshKey(value)) return opensshPublicKey(value);
  if (value.startsWith("-----")) {
    return createPublicKey(createPrivateKey(value)).export({ type: "spki", format: "pem" }) as string;
  }
  if (!value.includes(".")) return value.slice(64);
  const [, x = "", y = ""] = value.split(".");
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]).toString(
    "base64url",
  );
}
