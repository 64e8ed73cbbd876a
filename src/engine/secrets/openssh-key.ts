import { createPrivateKey, createPublicKey, randomBytes } from "node:crypto";

// The formats are those of OpenSSH's PROTOCOL.key and of RFC 4253 section 6.6, RFC 8709 section 4.
const magic = Buffer.from("openssh-key-v1\0");
const type = "ssh-ed25519";
const header = "-----BEGIN OPENSSH PRIVATE KEY-----";
const footer = "-----END OPENSSH PRIVATE KEY-----";

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function string(value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

/** A public key as it travels: its type and the point. */
function blob(point: Buffer): Buffer {
  return Buffer.concat([string(type), string(point)]);
}

/**
 * Writes an ed25519 private key as OpenSSH reads it, without passphrase and comment.
 * @param seed the 32 bytes of the private key (RFC 8032 section 5.1.5)
 */
export function opensshPrivateKey(seed: Buffer): string {
  // The prefix says ed25519 and a seed of 32 bytes in DER: RFC 8410 section 7.
  const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const point = Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
  const check = randomBytes(4);
  const unpadded = Buffer.concat([check, check, blob(point), string(Buffer.concat([seed, point])), string("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, index) => index + 1));
  const whole = Buffer.concat([
    magic,
    string("none"),
    string("none"),
    string(""),
    number(1),
    string(blob(point)),
    string(Buffer.concat([unpadded, padding])),
  ]);
  return `${[header, ...(whole.toString("base64").match(/.{1,70}/g) ?? []), footer].join("\n")}\n`;
}

/** Tells whether a value is a private key in OpenSSH's format. */
export function isOpensshKey(value: string): boolean {
  return value.startsWith(header);
}

/** Gives the public key of a private one that {@link opensshPrivateKey} wrote: `ssh-ed25519 AAAA…`, without a comment. */
export function opensshPublicKey(privateKey: string): string {
  const bytes = Buffer.from(privateKey.split("\n").slice(1, -2).join(""), "base64");
  // After the magic: cipher, function for the passphrase and its options, the number of keys, the public key.
  let at = magic.length;
  for (let skipped = 0; skipped < 3; skipped += 1) at += 4 + bytes.readUInt32BE(at);
  at += 4;
  const length = bytes.readUInt32BE(at);
  return `${type} ${bytes.subarray(at + 4, at + 4 + length).toString("base64")}`;
}
