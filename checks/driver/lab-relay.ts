import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { extname, join } from "node:path";
import { pipeline } from "node:stream";
import { Failure } from "../../src/model/failure.ts";
import type { Lab } from "./lab.ts";

// The same file beside this one, whether this runs from its sources or compiled.
const program = join(import.meta.dirname, `lab-relay-process${extname(import.meta.filename)}`);

/** A way from this computer to one TCP port in a lab. */
export interface LabRelay {
  /** The port on 127.0.0.1 of this computer. */
  readonly port: number;
  /** Ends all connections and the way. Does nothing the second time. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a way from this process, which is outside of the lab's network, to one TCP port in it.
 * @throws Failure `check-relay`
 */
export async function openLabRelay(
  lab: Pick<Lab, "folder" | "namespaceCommand">,
  { address, port }: { readonly address: string; readonly port: number },
): Promise<LabRelay> {
  const socket = join(lab.folder, `relay-${address}-${String(port)}.sock`);
  // One that a killed relay left would be in the way.
  await rm(socket, { force: true });
  const [command, ...args] = [...lab.namespaceCommand, process.execPath, program, socket, address, String(port)];
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const outcome = await Promise.race([
    once(child.stdout, "data").then(() => "listens"),
    once(child, "exit").then(
      () => "it ended at once",
      (error: unknown) => `it cannot be started: ${String(error)}`,
    ),
  ]);
  if (outcome !== "listens") {
    throw new Failure({
      code: "check-relay",
      attempted: `open a way to port ${String(port)} of ${address} in the lab`,
      subject: address,
      found: outcome,
      next: "Read what the relay in the lab's network printed above.",
    });
  }
  const connections = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (incoming) => {
    connections.add(incoming);
    incoming.once("close", () => connections.delete(incoming));
    pipeline(incoming, connect({ path: socket, allowHalfOpen: true }), incoming, () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // Neither keeps a check alive that has ended otherwise; the child ends with this process.
  server.unref();
  child.unref();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    server.close();
    for (const connection of connections) connection.destroy();
    child.ref();
    child.stdin.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await rm(socket, { force: true });
  };
  return {
    port: (server.address() as AddressInfo).port,
    close: () => (closing ??= close()),
  };
}
