import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { link, mkdir, open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { Failure } from "../model/failure.ts";

/** The panel's own secrets: what they protect can be read and forged by whoever has them. */
export interface Keys {
  /** Encrypts a value for the database; `purpose` keeps values from being put in each other's place. */
  seal(value: string, purpose: string): string;
  /** @throws Failure `seal-broken` when the value was not sealed with this key for this purpose */
  unseal(sealed: string, purpose: string): string;
  /** A code that only this panel can make. */
  sign(value: string, purpose: string): string;
  verify(value: string, purpose: string, code: string): boolean;
}

const Key = z.string().regex(/^[A-Za-z0-9_-]{43}$/, "expected 32 bytes in base64url");
const KeyFile = z.strictObject({ format: z.literal(1), sealing: Key, signing: Key });

function broken(subject: string, found: string): Failure {
  return new Failure({
    code: "keys-invalid",
    attempted: "read the panel's keys",
    subject,
    found,
    next: "Restore the file from a backup. A new one makes second factors unreadable and ends all forms that are open.",
  });
}

/** Makes keys out of their two secrets, each 32 bytes in base64url. */
export function keysFrom(secrets: { readonly sealing: string; readonly signing: string }): Keys {
  const sealing = Buffer.from(secrets.sealing, "base64url");
  const signing = Buffer.from(secrets.signing, "base64url");
  const sign = (value: string, purpose: string): string =>
    createHmac("sha256", signing)
      .update(JSON.stringify([purpose, value]))
      .digest("base64url");
  return {
    seal(value, purpose) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", sealing, nonce).setAAD(Buffer.from(purpose));
      const sealed = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url");
    },
    unseal(text, purpose) {
      const bytes = Buffer.from(text, "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", sealing, bytes.subarray(0, 12), { authTagLength: 16 })
          .setAAD(Buffer.from(purpose))
          .setAuthTag(bytes.subarray(12, 28));
        return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
      } catch (error) {
        throw new Failure(
          {
            code: "seal-broken",
            attempted: `read a sealed ${purpose}`,
            found: "it was not sealed with this panel's key",
            next: "Restore keys.json from the backup that belongs to this database.",
          },
          { cause: error },
        );
      }
    },
    sign,
    verify(value, purpose, code) {
      const right = Buffer.from(sign(value, purpose));
      const given = Buffer.from(code);
      return right.length === given.length && timingSafeEqual(right, given);
    },
  };
}

/** Makes the file all at once or not at all: whoever starts at the same moment reads a whole one, and all the same. */
async function makeOnce(file: string): Promise<void> {
  const made = {
    format: 1,
    sealing: randomBytes(32).toString("base64url"),
    signing: randomBytes(32).toString("base64url"),
  };
  const draft = `${file}.${randomBytes(8).toString("hex")}`;
  try {
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(made)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function readOrMake(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  await makeOnce(file);
  return await readFile(file, "utf8");
}

/**
 * Reads the panel's keys from `keys.json`, and makes them at the first start. There is no other source and no default.
 * @throws Failure `keys-invalid`
 */
export async function loadKeys(folder: string): Promise<Keys> {
  const file = join(folder, "keys.json");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = await readOrMake(file);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw broken(file, "it is not JSON");
  }
  const parsed = KeyFile.safeParse(document);
  if (!parsed.success) throw broken(file, z.prettifyError(parsed.error));
  return keysFrom(parsed.data);
}
