import { once } from "node:events";
import { request, type Agent, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import type { ApiRequest } from "./calls.ts";
import { untrusted } from "./pinned-connection.ts";

/** What came back. */
export interface HttpAnswer {
  readonly code: number;
  readonly statusMessage: string;
  readonly body: string;
}

/** Milliseconds without a sign of life after which an endpoint counts as unreachable. */
const silence = 60_000;

/** Codes of errors that come before anything has been sent. */
const neverSent = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "EAI_AGAIN", "EHOSTDOWN"]);

/** Tells whether a request that failed so was certainly not carried out. */
export function wasNeverSent(error: unknown): boolean {
  return neverSent.has((error as NodeJS.ErrnoException).code ?? "");
}

const certificateProblem = /^(?:CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_TLS)/;

/**
 * Sends one request and gives the answer, whatever its status.
 * @throws Failure `proxmox-untrusted`; the error of the connection
 */
export async function exchange(
  endpoint: string,
  { method, path, body }: ApiRequest,
  options: { readonly agent: Agent; readonly token: string; readonly signal?: AbortSignal | undefined },
): Promise<HttpAnswer> {
  const url = new URL(`${endpoint.replace(/\/$/, "")}/api2/json${path}`);
  const { agent, token, signal } = options;
  const settings: RequestOptions = {
    method,
    agent,
    ...(signal === undefined ? {} : { signal }),
    timeout: silence,
    headers: {
      authorization: `PVEAPIToken=${token}`,
      accept: "application/json",
      ...(body === undefined
        ? {}
        : { "content-type": "application/x-www-form-urlencoded", "content-length": Buffer.byteLength(body) }),
    },
  };
  const outgoing = request(url, settings);
  try {
    outgoing.once("timeout", () =>
      outgoing.destroy(Object.assign(new Error("it does not answer any more"), { code: "ETIMEDOUT" })),
    );
    outgoing.end(body);
    const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
    // What goes wrong from now on is told by reading the answer.
    outgoing.on("error", () => undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    return {
      code: incoming.statusCode ?? 0,
      statusMessage: incoming.statusMessage ?? "",
      body: Buffer.concat(chunks).toString("utf8"),
    };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (certificateProblem.test(code)) {
      throw untrusted(endpoint, `its certificate is not trusted: ${(error as Error).message}`);
    }
    // The server may end a connection that was kept at the moment in which it is used again.
    if (outgoing.reusedSocket && code === "ECONNRESET" && signal?.aborted !== true) {
      return await exchange(endpoint, { method, path, body }, options);
    }
    throw error;
  }
}
