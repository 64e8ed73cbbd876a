import { z } from "zod";
import { Failure } from "../../../model/failure.ts";
import { answers } from "./answers.ts";
import { places, requestOf, type Answer, type CallName, type Parameters } from "./calls.ts";
import { readRefusal, refusalFailure, type Attempt } from "./failure.ts";
import { trustingAgent, type Trust } from "./pinned-connection.ts";
import { exchange, wasNeverSent, type HttpAnswer } from "./transport.ts";

/** Where a cluster is and how the deployer proves itself. */
export interface ApiOptions {
  /** Nodes of one cluster; the first that answers is asked. */
  readonly endpoints: readonly string[];
  readonly trust: Trust;
  /** `user@realm!name=secret`, asked for only when something is sent. */
  readonly token: () => Promise<string>;
  /** Called with each request that was answered, for measurements. */
  readonly onCall?: ((name: CallName) => void) | undefined;
}

/** Calls one method of the API. */
export type Call = <Name extends CallName>(
  name: Name,
  given: Parameters<Name>,
  attempt: Attempt,
  signal?: AbortSignal,
) => Promise<Answer<Name>>;

function unreachable(options: ApiOptions, { attempted }: Attempt, reasons: readonly string[], cause: unknown): Failure {
  return new Failure(
    {
      code: "proxmox-unreachable",
      attempted,
      subject: options.endpoints.join(", "),
      found: `Proxmox VE does not answer: ${reasons.join("; ")}`,
      next: "Check that this computer reaches a node of the cluster on its port 8006, then run the same again.",
    },
    { cause },
  );
}

/**
 * Makes the client of a cluster's API. Nothing is sent before the first call.
 * Calls throw Failure `proxmox-…`; a call that changes something is only tried again when it was certainly not sent.
 */
export function openApi(options: ApiOptions): Call {
  const agentsOf = (keepAlive: boolean) =>
    new Map(options.endpoints.map((endpoint) => [endpoint, trustingAgent(endpoint, options.trust, { keepAlive })]));
  const reading = agentsOf(true);
  // What changes something never goes over a connection that the server may be about to end.
  const changing = agentsOf(false);
  const ask = async (
    outgoing: ReturnType<typeof requestOf>,
    attempt: Attempt,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> => {
    const token = await options.token();
    const reasons: string[] = [];
    let cause: unknown;
    for (const [endpoint, agent] of outgoing.method === "GET" ? reading : changing) {
      try {
        return await exchange(endpoint, outgoing, { agent, token, signal });
      } catch (error) {
        if (error instanceof Failure || signal?.aborted === true) throw error;
        cause = error;
        reasons.push(`${endpoint} (${(error as Error).message})`);
        if (outgoing.method !== "GET" && !wasNeverSent(error)) break;
      }
    }
    throw unreachable(options, attempt, reasons, cause);
  };
  return async (name, given, attempt, signal) => {
    const answer = await ask(requestOf(name, given), attempt, signal);
    options.onCall?.(name);
    if (answer.code !== 200) throw refusalFailure(readRefusal(answer.code, answer.statusMessage, answer.body), attempt);
    return readAnswer(name, answer.body, attempt);
  };
}

const Envelope = z.looseObject({ data: z.unknown() });

function readAnswer<Name extends CallName>(name: Name, body: string, { attempted, subject }: Attempt): Answer<Name> {
  const [method, path] = places[name];
  const wrong = (found: string, cause: unknown): Failure =>
    new Failure(
      {
        code: "proxmox-answer",
        attempted,
        subject,
        found: `${method} ${path} answered what is not understood: ${found}`,
        next: "Check that the endpoint is Proxmox VE 8 or 9, and report this together with its version.",
      },
      { cause },
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    throw wrong("it is no JSON", error);
  }
  const result = answers[name].safeParse(Envelope.safeParse(parsed).data?.data);
  if (result.success) return result.data as Answer<Name>;
  const { path: place = [], message = "" } = result.error.issues[0] ?? {};
  throw wrong(`${place.map(String).join(".")} ${message}`.trim(), result.error);
}
