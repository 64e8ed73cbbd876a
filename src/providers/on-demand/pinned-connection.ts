import type { Agent as HttpAgent } from "node:http";
import { Agent } from "node:https";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { Failure } from "../../model/failure.ts";

/** How both sides of a connection prove who they are. */
export interface Identities {
  /** SHA-256 of the server's certificate, in hexadecimal digits; otherwise `ca` vouches for it. */
  readonly fingerprint?: string | undefined;
  readonly ca?: string | undefined;
  /** The client's certificate and key, in PEM, where it proves by them who it is. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

/** Milliseconds that a connection may take. */
const patience = 5000;

type Connected = (error: Error | null, socket: TLSSocket) => void;

function wrongFingerprint(what: string, address: string, found: string, expected: string): Failure {
  return new Failure({
    code: "server-certificate-changed",
    attempted: `connect to ${what}`,
    subject: address,
    found: `its certificate has the fingerprint ${found}, and ${expected} is pinned`,
    next: "Ask its administrator whether the certificate was changed; only then change `fingerprint` in the environment.",
  });
}

/**
 * Makes what keeps connections to one server open. Nothing is sent to a server whose certificate is not the pinned one.
 * @param what the server in words, such as `the Incus server`
 * @throws Failure `client-certificate` when certificate and key are none, or do not belong together
 */
export function pinnedConnections(what: string, address: string, identities: Identities): HttpAgent {
  const { hostname, port } = new URL(address);
  const { fingerprint, ca, certificate, key } = identities;
  const agent = new Agent({ keepAlive: true });
  const host = hostname.replace(/^\[|\]$/g, "");
  const options = {
    host,
    // A name is sent along; an address must not be (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    port: port === "" ? 443 : Number(port),
    ...(certificate === undefined ? {} : { cert: certificate, key }),
    minVersion: "TLSv1.2" as const,
    ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
  };
  const createConnection = (_given: unknown, connected: Connected): void => {
    let socket: TLSSocket;
    try {
      socket = connect(options);
    } catch (error) {
      connected(clientCertificate(what, address, error), undefined as never);
      return;
    }
    socket.once("error", (error: Error) => {
      connected(error, socket);
    });
    socket.setTimeout(patience, () => {
      socket.destroy(
        Object.assign(new Error(`no connection after ${String(patience / 1000)} s`), { code: "ETIMEDOUT" }),
      );
    });
    socket.once("secureConnect", () => {
      socket.setTimeout(0);
      const found = socket.getPeerCertificate().fingerprint256.replaceAll(":", "").toLowerCase();
      if (fingerprint !== undefined && found !== fingerprint) {
        socket.destroy();
        connected(wrongFingerprint(what, address, found, fingerprint), socket);
      } else connected(null, socket);
    });
  };
  return Object.assign(agent, { createConnection });
}

function clientCertificate(what: string, address: string, cause: unknown): Failure {
  return new Failure(
    {
      code: "client-certificate",
      attempted: `connect to ${what}`,
      subject: address,
      found: `the deployer's certificate or key cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
      next: "Put the certificate and the key that belongs to it, both in PEM, where the environment says.",
    },
    { cause },
  );
}
