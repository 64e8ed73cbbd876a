import { Failure } from "../../../model/failure.ts";
import type { ConnectedMachine } from "../connection.ts";
import type { Session } from "../ssh/session.ts";

/** What a machine answers, in order: lines, counted bytes, or what happens before the next answer. */
export type Answers = readonly (string | Buffer | (() => void))[];

/** A session that answers what it was told to, and remembers what it was sent. */
export interface FakeSession extends Session {
  /** Lines as they were sent; bytes as `<count>`. */
  readonly sent: readonly string[];
  readonly closed: () => number;
}

/** Makes a session; after its last answer the connection is broken. */
export function fakeSession(answers: Answers, log: string[] = [], name = ""): FakeSession {
  const left = [...answers];
  const sent: string[] = [];
  let closed = 0;
  const note = (words: string): void => {
    sent.push(words);
    log.push(`${name}> ${words}`);
  };
  const next = async (): Promise<string | Buffer> => {
    // As on a network, nobody has the answer at once.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      const answer = left.shift();
      if (typeof answer !== "function") {
        if (answer !== undefined) return answer;
        throw new Failure({
          code: "machine-unreachable",
          attempted: "test",
          found: "the connection broke",
          next: "Look at the test.",
        });
      }
      answer();
    }
  };
  return {
    sent,
    closed: () => closed,
    traffic: { sent: 0, received: 0 },
    stderr: () => "",
    send: (...words) => note(words.join(" ")),
    write: (bytes) => Promise.resolve(note(`<${String(bytes.length)}>`)),
    async line() {
      const answer = await next();
      if (typeof answer !== "string") throw new Error("a line was read where counted bytes are");
      return answer;
    },
    async take(bytes) {
      const answer = await next();
      if (typeof answer === "string" || answer.length !== bytes)
        throw new Error(`${String(bytes)} bytes were read where there is ${JSON.stringify(answer)}`);
      return answer;
    },
    close() {
      closed += 1;
      log.push(`${name} close`);
      return Promise.resolve();
    },
  };
}

/** A machine whose sessions answer what they were told to; everything that happens is in `log`, in order. */
export interface FakeMachine extends ConnectedMachine {
  readonly log: readonly string[];
  readonly sessions: readonly FakeSession[];
}

/** Makes a machine. @param scripts the answers of its sessions, in the order in which they are opened */
export function fakeMachine(...scripts: readonly Answers[]): FakeMachine {
  const log: string[] = [];
  const sessions: FakeSession[] = [];
  return {
    log,
    sessions,
    open(_attempted, fresh = false) {
      const name = String(sessions.length + 1);
      log.push(`${name} open${fresh ? " fresh" : ""}`);
      const session = fakeSession(scripts[sessions.length] ?? [], log, name);
      sessions.push(session);
      return session;
    },
    memory: () => Promise.resolve({ hostKeys: ["ssh-ed25519 AAAA"] }),
    pin: () => Promise.resolve(void log.push("pin")),
  };
}
