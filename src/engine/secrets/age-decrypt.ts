import {
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  timingSafeEqual,
} from "node:crypto";

// Reading what age has encrypted for an X25519 identity (https://age-encryption.org/v1), at once and without waiting:
// a provider asks for a secret in the middle of its work. Encrypting is left to the age library.

const magic = "age-encryption.org/v1\n";
const tagLength = 16;
const nonceLength = 16;
const chunkLength = 64 * 1024 + tagLength;

// What stands before the 32 bytes of a key in PKCS #8 and in SubjectPublicKeyInfo (RFC 8410, section 10).
const privatePrefix = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicPrefix = Buffer.from("302a300506032b656e032100", "hex");

interface Stanza {
  readonly args: readonly string[];
  readonly body: Buffer;
}

function problem(text: string): Error {
  return new Error(text);
}

function bech32Checksum(prefix: string, words: readonly number[]): number {
  const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  let sum = 1;
  for (const word of [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31), ...words]) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ word;
    for (const [bit, generator] of generators.entries()) if (((top >> bit) & 1) === 1) sum ^= generator;
  }
  return sum;
}

/** The 32 bytes of an identity, out of `AGE-SECRET-KEY-1…` (Bech32, BIP 173). */
function scalarOf(identity: string): Buffer {
  const [prefix = "", data = ""] = identity.toLowerCase().split("1", 2);
  const words = [...data].map((letter) => "qpzry9x8gf2tvdw0s3jn54khce6mua7l".indexOf(letter));
  if (prefix !== "age-secret-key-" || words.includes(-1) || bech32Checksum(prefix, words) !== 1) {
    throw problem("it holds no age identity");
  }
  const bits = words.slice(0, -6).map((word) => word.toString(2).padStart(5, "0"));
  const octets = bits.join("").match(/.{8}/g) ?? [];
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)));
}

function derive(secret: Uint8Array, salt: Uint8Array, info: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, salt, info, 32));
}

function open(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: tagLength });
  decipher.setAuthTag(sealed.subarray(-tagLength));
  return Buffer.concat([decipher.update(sealed.subarray(0, -tagLength)), decipher.final()]);
}

function readHeader(file: Buffer): { stanzas: readonly Stanza[]; signed: Buffer; mac: Buffer; payload: Buffer } {
  if (!file.subarray(0, magic.length).equals(Buffer.from(magic))) throw problem("it is not a file made by age");
  const stanzas: Stanza[] = [];
  let at = magic.length;
  const nextLine = (): string => {
    const end = file.indexOf(0x0a, at);
    if (end < 0) throw problem("its header is cut short");
    const line = file.toString("latin1", at, end);
    at = end + 1;
    return line;
  };
  for (;;) {
    const start = at;
    const line = nextLine();
    if (line.startsWith("--- ")) {
      const signed = file.subarray(0, start + 3);
      return { stanzas, signed, mac: Buffer.from(line.slice(4), "base64"), payload: file.subarray(at) };
    }
    if (!line.startsWith("-> ")) throw problem("its header is damaged");
    let body = "";
    let part: string;
    do {
      part = nextLine();
      body += part;
    } while (part.length === 64);
    stanzas.push({ args: line.slice(3).split(" "), body: Buffer.from(body, "base64") });
  }
}

function unwrap(stanza: Stanza, scalar: Buffer): Buffer | undefined {
  const [kind, encoded] = stanza.args;
  if (kind !== "X25519" || encoded === undefined) return undefined;
  const share = Buffer.from(encoded, "base64");
  const privateKey = createPrivateKey({ key: Buffer.concat([privatePrefix, scalar]), format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const publicKey = createPublicKey({ key: Buffer.concat([publicPrefix, share]), format: "der", type: "spki" });
  const salt = Buffer.concat([share, spki.subarray(publicPrefix.length)]);
  const key = derive(diffieHellman({ privateKey, publicKey }), salt, "age-encryption.org/v1/X25519");
  try {
    return open(key, Buffer.alloc(12), stanza.body);
  } catch {
    return undefined;
  }
}

/**
 * Decrypts what was encrypted for an identity.
 * @param identity `AGE-SECRET-KEY-1…`
 * @throws Error when the identity is not one, does not fit or when the bytes are damaged
 */
export function ageDecrypt(identity: string, file: Buffer): string {
  const scalar = scalarOf(identity);
  const { stanzas, signed, mac, payload } = readHeader(file);
  const fileKey = stanzas.map((stanza) => unwrap(stanza, scalar)).find((key) => key !== undefined);
  if (fileKey === undefined) throw problem("it is encrypted for another identity");
  const expected = createHmac("sha256", derive(fileKey, Buffer.alloc(0), "header"))
    .update(signed)
    .digest();
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) throw problem("its header is damaged");
  const key = derive(fileKey, payload.subarray(0, nonceLength), "payload");
  const sealed = payload.subarray(nonceLength);
  const count = Math.max(1, Math.ceil(sealed.length / chunkLength));
  const chunks = Array.from({ length: count }, (_, index) => {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(index, 7);
    nonce[11] = index === count - 1 ? 1 : 0;
    return open(key, nonce, sealed.subarray(index * chunkLength, (index + 1) * chunkLength));
  });
  return Buffer.concat(chunks).toString("utf8");
}
