import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The node's identity, made once: the same files as Garage's, 64 bytes of an ed25519 key and the 32 public ones.
 * @param {string} metadataDir
 * @returns {string} the node's id
 */
export function makeNodeId(metadataDir) {
  const path = join(metadataDir, "node_key");
  if (!existsSync(path)) {
    mkdirSync(metadataDir, { recursive: true });
    const { d = "", x = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
    const [seed, publicKey] = [Buffer.from(d, "base64url"), Buffer.from(x, "base64url")];
    writeFileSync(path, Buffer.concat([seed, publicKey]), { mode: 0o600 });
    writeFileSync(`${path}.pub`, publicKey);
  }
  const key = readFileSync(path);
  if (key.length !== 64) throw new Error("double: node_key: not an ed25519 key of 64 bytes");
  const [d, x] = [key.subarray(0, 32).toString("base64url"), key.subarray(32).toString("base64url")];
  const made = createPublicKey(createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x }, format: "jwk" }));
  if (made.export({ format: "jwk" }).x !== x)
    throw new Error("double: node_key: the two halves do not belong together");
  return readNodeId(metadataDir);
}

/** @param {string} metadataDir */
export function readNodeId(metadataDir) {
  return readFileSync(join(metadataDir, "node_key.pub")).toString("hex");
}
