import { X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runOk } from "../../../src/providers/process/run.ts";

/** A certificate that nobody vouches for, as a node of a fresh cluster has one. */
export interface Certificate {
  readonly key: string;
  readonly certificate: string;
  /** SHA-256, as Proxmox shows it. */
  readonly fingerprint: string;
}

/** Makes a certificate for a day. */
export async function makeCertificate(name = "pve1.example"): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), "fediversity-certificate-"));
  try {
    const file = (which: string): string => join(folder, which);
    await runOk("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name},IP:127.0.0.1`],
      ...["-keyout", file("key"), "-out", file("certificate")],
    ]);
    const [key, certificate] = await Promise.all([
      readFile(file("key"), "utf8"),
      readFile(file("certificate"), "utf8"),
    ]);
    return { key, certificate, fingerprint: new X509Certificate(certificate).fingerprint256 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
