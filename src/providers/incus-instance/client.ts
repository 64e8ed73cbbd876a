import { request as httpsRequest } from "node:https";
import type { Agent } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { Failure } from "../../model/failure.ts";
import { type Answer, readAnswer, refusal, type Request } from "./answer.ts";
import { type Identities, pinnedConnections } from "../on-demand/pinned-connection.ts";

/** An Incus server or cluster, ready to be asked. */
export interface Client {
  /** The address that answered last. */
  readonly server: string;
  /**
   * Asks once.
   * @param attempted as a clause, for failures
   * @throws Failure `incus-unreachable`, `server-certificate-changed`, `incus-forbidden`, `incus-not-found`, `incus-refused`
   */
  ask(request: Request, attempted: string, signal: AbortSignal): Promise<Exclude<Answer, { type: "error" }>>;
  /**
   * Asks for something that is handed out as it is, such as a file inside an instance.
   * @throws Failure as `ask`
   */
  text(path: string, attempted: string, signal: AbortSignal): Promise<string>;
}

/** What came back, before it is read. */
interface Received {
  readonly status: number;
  readonly body: string;
}

/** Milliseconds that a server may take to accept a connection, or to go on with an answer. */
const silence = 15_000;

/** Milliseconds that a member of the cluster may take to get ready after its start. */
const readyPatience = 60_000;

/** Whether the member that the request was led to is only starting, and has done nothing: incusd's words for 503. */
function isStarting(answer: Answer): boolean {
  return answer.type === "error" && /isn't ready yet|setup in progress/i.test(answer.words);
}

function send(address: string, agent: Agent, request: Request, signal: AbortSignal): Promise<Received> {
  return new Promise((resolve, reject) => {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const sent = httpsRequest(new URL(request.path, address), {
      agent,
      method: request.method,
      signal,
      headers:
        body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    sent.setTimeout(silence, () => sent.destroy(new Error(`no answer for ${String(silence / 1000)} s`)));
    sent.once("error", (error: NodeJS.ErrnoException) => {
      // A connection that was kept open and closed by the server meanwhile: nothing of the request was read.
      if (sent.reusedSocket && error.code === "ECONNRESET") resolve(send(address, agent, request, signal));
      else reject(error);
    });
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
      });
    });
    sent.end(body);
  });
}

function unreachable(tried: readonly string[], attempted: string): Failure {
  return new Failure({
    code: "incus-unreachable",
    attempted,
    subject: "the Incus server",
    found: "none of its addresses answers",
    next: "Look whether the server runs, whether `core.https_address` is set, and whether the network leads there.",
    details: tried,
  });
}

/** Whether it is certain that the server has not got the request, so that it may be sent to another member. */
function notSent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"].includes(code);
}

/**
 * Opens a server or cluster. Connects when it is asked first; when an address does not answer, asks the next.
 * @param addresses such as `https://10.0.0.1:8443`
 */
export function openClient(addresses: readonly string[], identities: Identities): Client {
  const agents = new Map(
    addresses.map((address) => [address, pinnedConnections("the Incus server", address, identities)]),
  );
  let order = [...addresses];
  const receive = async (request: Request, attempted: string, signal: AbortSignal): Promise<Received> => {
    const tried: string[] = [];
    for (const address of order) {
      try {
        const received = await send(address, agents.get(address) as Agent, request, signal);
        order = [address, ...order.filter((other) => other !== address)];
        return received;
      } catch (error) {
        if (signal.aborted || error instanceof Failure) throw error;
        tried.push(`${address}: ${(error as Error).message}`);
        if (!notSent(error) && request.method !== "GET") break;
      }
    }
    throw unreachable(tried, attempted);
  };
  const receiveReady = async (request: Request, attempted: string, signal: AbortSignal): Promise<Received> => {
    const end = performance.now() + readyPatience;
    for (;;) {
      const received = await receive(request, attempted, signal);
      if (received.status < 400 || performance.now() > end) return received;
      if (!isStarting(readAnswer(received.status, received.body))) return received;
      await pause(250, undefined, { signal });
    }
  };
  return {
    get server() {
      return order[0] ?? "";
    },
    async ask(request, attempted, signal) {
      const { status, body } = await receiveReady(request, attempted, signal);
      const answer = readAnswer(status, body);
      if (answer.type === "error") throw refusal(order[0] ?? "", request, answer, attempted);
      return answer;
    },
    async text(path, attempted, signal) {
      const request = { method: "GET", path };
      const { status, body } = await receiveReady(request, attempted, signal);
      if (status === 200) return body;
      const answer = readAnswer(status, body);
      const error = answer.type === "error" ? answer : { code: status, words: "no answer of Incus" };
      throw refusal(order[0] ?? "", request, error, attempted);
    },
  };
}
