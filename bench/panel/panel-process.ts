import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "../../src/model/failure.ts";
import type { DatabaseLocation } from "../../src/panel/database/database.ts";
import { memoryOf } from "../memory.ts";
import { environmentWith } from "../timed-command.ts";
import { parallel } from "./surroundings.ts";

/** A panel in a process of its own. */
export interface PanelProcess {
  readonly origin: string;
  /** Its proportional set size, in bytes. */
  memory(): number;
  /** Ends it in order. @throws Failure `bench-work` when it had ended, or reported an error, before */
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** What a process whose output is `stdout` prints first; nothing when it ends before. */
async function firstLine(stdout: NodeJS.ReadableStream): Promise<string | undefined> {
  for await (const line of createInterface(stdout)) return line;
  return undefined;
}

/** Starts the panel on a database, and waits until it answers. @throws Failure `bench-work` with what it said */
export async function startPanelProcess(options: {
  readonly folder: string;
  readonly location: DatabaseLocation;
  readonly signal: AbortSignal;
}): Promise<PanelProcess> {
  const { folder, location, signal } = options;
  const port = String(await freePort());
  const env = environmentWith({
    FEDIPANEL_ORIGIN: `http://localhost:${port}`,
    FEDIPANEL_PORT: port,
    FEDIPANEL_PARALLEL: String(parallel),
    DATABASE_URL: location.kind === "server" ? location.url : "",
  });
  const program = join(import.meta.dirname, "serve.ts");
  const child = spawn(process.execPath, [...process.execArgv, program, folder], { env, signal, stdio: "pipe" });
  const ended = once(child, "exit");
  // Said when it is stopped, or when its first line is missing.
  ended.catch(() => undefined);
  child.stdin.end();
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-4000);
  });
  const broken = (found: string): Failure =>
    new Failure({
      code: "bench-work",
      attempted: "measure the panel",
      found,
      next: "A measurement counts only when the work was done.",
      details: said.split("\n").slice(-20),
    });
  if ((await firstLine(child.stdout)) === undefined) throw broken("it ended before it served");
  return {
    origin: `http://127.0.0.1:${port}`,
    memory: () => memoryOf(child.pid ?? 0),
    async stop() {
      if (child.exitCode !== null) throw broken("it had ended by itself");
      child.kill("SIGTERM");
      await ended;
      if (said !== "") throw broken("it reported errors");
    },
  };
}
