import { Agent, request, type IncomingMessage } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Failure } from "../../src/model/failure.ts";

/** Browsers of people who are signed in, as far as the panel can tell. */
export interface Client {
  /** Loads a page, and gives its text. @throws Failure `bench-work` when it is not there */
  get(path: string, session: string): Promise<string>;
  /** Opens a stream of events. */
  open(path: string, session: string, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

/** Makes browsers that keep their connections open, as many as it takes. */
export function openClient(origin: string): Client {
  const agent = new Agent({ keepAlive: true });
  const open = async (path: string, session: string, signal?: AbortSignal): Promise<IncomingMessage> => {
    const sent = request(new URL(path, origin), {
      agent,
      headers: { cookie: `__Host-session=${session}`, "accept-language": "en" },
      ...(signal === undefined ? {} : { signal }),
    });
    sent.end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    if (answer.statusCode === 200) return answer;
    throw new Failure({
      code: "bench-work",
      attempted: `load ${path}`,
      found: `the panel answered ${String(answer.statusCode)}`,
      next: "A measurement counts only when the work was done.",
    });
  };
  return {
    open,
    get: async (path, session) => await text(await open(path, session)),
    close: () => agent.destroy(),
  };
}
