import { Failure } from "../../src/model/failure.ts";
import type { TestMachine } from "../driver/test-machine.ts";

/** What a page answered. */
export interface Page {
  readonly status: number;
  readonly text: string;
  /** Where it sends the visitor. */
  readonly location: string;
}

/** Somebody who fills in forms without any script: curl with cookies. */
export interface Visitor {
  get(path: string): Promise<Page>;
  /** What a stream of events gives within so many seconds. */
  listen(path: string, seconds: number): Promise<string>;
  /** Sends a form with the token of the last page. */
  submit(path: string, fields?: Readonly<Record<string, string>>): Promise<Page>;
}

function pageOf(answer: string): Page {
  const end = answer.indexOf("\r\n\r\n");
  const head = answer.slice(0, end);
  return {
    status: Number(/^HTTP\/\S+ (\d{3})/.exec(head)?.[1] ?? 0),
    text: answer.slice(end + 4),
    location: /^location: (.*)$/im.exec(head)?.[1]?.trim() ?? "",
  };
}

/**
 * Opens a browser of somebody's own on a machine of the lab.
 * @param authority the file with what vouches for the panel's certificate
 */
export function openVisitor(machine: TestMachine, name: string, origin: string, authority: string): Visitor {
  const jar = `/tmp/cookies-${name}`;
  let token = "";
  const send = async (path: string, args: readonly string[]): Promise<Page> => {
    const answer = await machine.succeed([
      ...["curl", "--silent", "--show-error", "--include", "--max-time", "30", "--cacert", authority],
      ...["--cookie", jar, "--cookie-jar", jar, ...args, "--", new URL(path, origin).href],
    ]);
    const page = pageOf(answer);
    token = /name="form-token" value="([^"]*)"/.exec(page.text)?.[1] ?? token;
    if (page.status < 400) return page;
    throw new Failure({
      code: "check-page",
      attempted: `open ${path} as ${name}`,
      subject: machine.name,
      found: `the panel answered ${String(page.status)}`,
      next: "Read what the page says.",
      details: page.text
        .replace(/<[^>]+>/g, " ")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "")
        .slice(0, 30),
    });
  };
  return {
    get: (path) => send(path, []),
    async listen(path, seconds) {
      const args = ["--silent", "--no-buffer", "--max-time", String(seconds), "--cacert", authority, "--cookie", jar];
      return (await machine.execute(["curl", ...args, "--", new URL(path, origin).href])).stdout;
    },
    submit: (path, fields = {}) =>
      send(path, [
        ...["--header", `origin: ${origin}`],
        ...Object.entries({ "form-token": token, ...fields }).flatMap(([key, value]) => [
          "--data-urlencode",
          `${key}=${value}`,
        ]),
      ]),
  };
}
