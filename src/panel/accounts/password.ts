import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const hash = promisify(argon2);

/** RFC 9106, section 4, second recommendation: 3 passes, 4 lanes, 64 MiB. */
const cost = { passes: 3, parallelism: 4, memory: 65_536, tagLength: 32 };

/** Bytes at most that are hashed, so that nobody keeps the processor busy with a book. */
export const longestPassword = 1024;

/** Characters at least: NIST SP 800-63B-4, section 3.1.1.2, where there is a second factor or none. */
export const shortestPassword = 12;

async function derive(password: string, nonce: Buffer, costs: typeof cost): Promise<Buffer> {
  return await hash("argon2id", { message: password.normalize("NFKC"), nonce, ...costs });
}

/** Hashes a password with argon2id to a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive(password, nonce, cost);
  const unpadded = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "");
  const parameters = `m=${String(cost.memory)},t=${String(cost.passes)},p=${String(cost.parallelism)}`;
  return `$argon2id$v=19$${parameters}$${unpadded(nonce)}$${unpadded(tag)}`;
}

const nobody = hashPassword(randomBytes(16).toString("hex"));

/** The PHC string format, with its parameters in the order that argon2's own library writes. */
const format =
  /^\$argon2id\$v=19\$m=(?<memory>[0-9]{1,7}),t=(?<passes>[0-9]{1,3}),p=(?<lanes>[0-9]{1,2})\$(?<nonce>[A-Za-z0-9+/]{11,})\$(?<tag>[A-Za-z0-9+/]{22,})$/;

/**
 * Whether a password is the one that was hashed, at the cost that the hash names. Without a hash it takes as long and is
 * false, so that nobody learns from the time who has an account.
 */
export async function verifyPassword(password: string, phc: string | undefined): Promise<boolean> {
  const parts = format.exec(phc ?? (await nobody))?.groups;
  if (parts === undefined) return false;
  const right = Buffer.from(parts["tag"] ?? "", "base64");
  const given = await derive(password, Buffer.from(parts["nonce"] ?? "", "base64"), {
    passes: Number(parts["passes"]),
    parallelism: Number(parts["lanes"]),
    memory: Number(parts["memory"]),
    tagLength: right.length,
  });
  return timingSafeEqual(given, right) && phc !== undefined;
}
