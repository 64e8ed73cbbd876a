import { Agent } from "node:https";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions } from "node:tls";
import { Failure } from "../../../model/failure.ts";

/** Whom the deployer believes to be the cluster: one of these certificates, those of an authority, or those of the system. */
export type Trust = { readonly fingerprints: readonly string[] } | { readonly authority: string } | undefined;

/** Tells that somebody else answers, or seems to. */
export function untrusted(endpoint: string, found: string): Failure {
  return new Failure({
    code: "proxmox-untrusted",
    attempted: "connect to Proxmox VE",
    subject: endpoint,
    found,
    next: "Compare with the node's certificate (System, Certificates in Proxmox): has it been renewed, or does somebody else answer?",
  });
}

const plain = (fingerprint: string): string => fingerprint.replaceAll(":", "").toUpperCase();

/**
 * Makes an agent whose connections prove who is there before anything is said over them, the token least of all.
 * @param options `keepAlive`: whether connections serve several requests
 */
export function trustingAgent(endpoint: string, trust: Trust, { keepAlive }: { readonly keepAlive: boolean }): Agent {
  if (trust === undefined) return new Agent({ keepAlive });
  if ("authority" in trust) return new Agent({ keepAlive, ca: trust.authority });
  const wanted = new Set(trust.fingerprints.map(plain));
  const agent = new Agent({ keepAlive });
  agent.createConnection = (options, callback): Duplex | undefined => {
    const socket = connect({ ...(options as ConnectionOptions), rejectUnauthorized: false });
    socket.once("error", (error: Error) => callback?.(error, socket));
    socket.once("secureConnect", () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      if (wanted.has(plain(fingerprint256))) {
        callback?.(null, socket);
        return;
      }
      const error = untrusted(endpoint, `its certificate has the fingerprint ${fingerprint256}, which is not pinned`);
      socket.destroy();
      callback?.(error, socket);
    });
    return undefined;
  };
  return agent;
}
